internal import HTTPTransport
internal import Platform

/// A request on its way to the client's thread, with all that it needs there.
struct Order: Sendable {
    typealias Waiting<Answer: Sendable> = CheckedContinuation<Result<Answer, TransportError>, Never>

    /// Who waits for what.
    enum Delivery: Sendable {
        case whole(Waiting<IncomingResponse>)
        case stream(Waiting<IncomingStream>, StreamBody)

        /// For exchanges of which nothing has been delivered yet.
        func fail(_ error: TransportError) {
            switch self {
            case .whole(let waiting): waiting.resume(returning: .failure(error))
            case .stream(let waiting, _): waiting.resume(returning: .failure(error))
            }
        }
    }

    let ticket: Ticket
    let request: OutgoingRequest
    let destination: Destination
    let tls: ClientTLS
    /// When the answer must be whole; for a stream, its head.
    let deadline: MonotonicTime
    let delivery: Delivery
}

extension Duration {
    /// Rounded up to whole milliseconds; at least one.
    var milliseconds: UInt64 {
        let parts = components
        let whole = UInt64(max(0, parts.seconds)).multipliedReportingOverflow(by: 1000)
        guard !whole.overflow else { return Duration.longest }
        let rest = UInt64(max(0, parts.attoseconds) + 999_999_999_999_999) / 1_000_000_000_000_000
        return min(Duration.longest, max(1, whole.partialValue + rest))
    }

    /// A year: longer waits have no use, and nanoseconds since boot still fit beside it.
    private static let longest: UInt64 = 365 * 24 * 3600 * 1000
}
