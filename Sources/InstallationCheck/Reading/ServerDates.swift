package import HTTPTransport
package import Kubernetes
internal import Synchronization
internal import TokenRefresh

/// A transport that notes how far the server's clock is from ours, by the `date` field of its answers.
package final class ServerDates: HTTPTransport {
    private let transport: any HTTPTransport
    private let clock: any ClientClock
    private let closest = Mutex<Sample?>(nil)

    private struct Sample {
        let offset: Duration
        /// The server looked at its clock somewhere in it.
        let exchange: Duration
    }

    package init(_ transport: any HTTPTransport, clock: any ClientClock) {
        self.transport = transport
        self.clock = clock
    }

    /// The server's clock less ours, to half a second and half of the shortest exchange; nil as long as no answer had a
    /// date.
    var offset: Duration? { closest.withLock { $0?.offset } }

    package func send(_ request: OutgoingRequest) async throws(TransportError) -> IncomingResponse {
        let asked = clock.unixTime()
        let response = try await transport.send(request)
        let answered = clock.unixTime()
        guard let text = response.value(of: "date"), let date = Timestamp(httpDate: text) else { return response }
        // A date has whole seconds, cut off; on average half of one is missing.
        let server = Duration.milliseconds(date.milliseconds) + .milliseconds(500)
        let sample = Sample(offset: server - (asked + answered) / 2, exchange: answered - asked)
        closest.withLock { if sample.exchange <= $0?.exchange ?? sample.exchange { $0 = sample } }
        return response
    }

    package func stream(_ request: OutgoingRequest) async throws(TransportError) -> IncomingStream {
        try await transport.stream(request)
    }
}
