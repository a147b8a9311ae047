package import HTTPTransport
package import Telemetry

/// Counts requests to GitHub and takes their time, under Kelos's metric names.
package struct ObservedTransport: HTTPTransport {
    private let transport: any HTTPTransport
    private let metrics: GitHubAPIMetrics
    private let now: @Sendable () -> UInt64

    /// - Parameter now: nanoseconds of a monotonic clock.
    package init(_ transport: any HTTPTransport, metrics: GitHubAPIMetrics, now: @escaping @Sendable () -> UInt64) {
        self.transport = transport
        self.metrics = metrics
        self.now = now
    }

    package func send(_ request: OutgoingRequest) async throws(TransportError) -> IncomingResponse {
        let start = now()
        do {
            let response = try await transport.send(request)
            finished(request, status: response.status, since: start)
            return response
        } catch {
            finished(request, status: nil, since: start)
            throw error
        }
    }

    /// Counts when the head has come.
    package func stream(_ request: OutgoingRequest) async throws(TransportError) -> IncomingStream {
        let start = now()
        do {
            let response = try await transport.stream(request)
            finished(request, status: response.status, since: start)
            return response
        } catch {
            finished(request, status: nil, since: start)
            throw error
        }
    }

    private func finished(_ request: OutgoingRequest, status: Int?, since start: UInt64) {
        let end = now()
        metrics.finished(
            Self.kind(of: request), code: status.map { UInt16(clamping: $0) }, nanoseconds: end - min(end, start))
    }

    private static func kind(of request: OutgoingRequest) -> GitHubAPIMetrics.Request {
        let path = request.url.prefix { $0 != "?" }
        switch request.method {
        case "POST" where path.hasSuffix("/access_tokens"): return .mint
        case "GET" where path.hasSuffix("/installation/repositories"): return .verification
        case "GET" where path.hasSuffix("/zen"): return .time
        default: return .other
        }
    }
}
