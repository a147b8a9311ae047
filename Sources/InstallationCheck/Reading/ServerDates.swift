package import HTTPTransport
package import Kubernetes
internal import Synchronization
internal import TokenRefresh

/// A transport that notes how far the server's clock is from ours, by the `date` field of its answers.
package final class ServerDates: HTTPTransport {
    private let transport: any HTTPTransport
    private let clock: any ClientClock
    private let offset = Mutex<Duration?>(nil)

    package init(_ transport: any HTTPTransport, clock: any ClientClock) {
        self.transport = transport
        self.clock = clock
    }

    /// The server's clock less ours, to about half a second; nil as long as no answer had a date.
    var latest: Duration? { offset.withLock { $0 } }

    package func send(_ request: OutgoingRequest) async throws(TransportError) -> IncomingResponse {
        let asked = clock.unixTime()
        let response = try await transport.send(request)
        let answered = clock.unixTime()
        guard let text = response.value(of: "date"), let date = Timestamp(httpDate: text) else { return response }
        // A date has whole seconds, cut off; on average half of one is missing.
        let server = Duration.milliseconds(date.milliseconds) + .milliseconds(500)
        offset.withLock { $0 = server - (asked + answered) / 2 }
        return response
    }

    package func stream(_ request: OutgoingRequest) async throws(TransportError) -> IncomingStream {
        try await transport.stream(request)
    }
}
