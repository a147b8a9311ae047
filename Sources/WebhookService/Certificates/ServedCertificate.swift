internal import Settings
internal import Synchronization
internal import TLS
internal import Telemetry

/// The TLS context that the next connection gets, and until when it is valid.
final class ServedCertificate: Sendable {
    private let current: Mutex<TLSContext>

    init(_ context: TLSContext) {
        current = Mutex(context)
    }

    var context: TLSContext { current.withLock { $0 } }

    /// The end of the certificate's validity, as RFC 3339 writes it.
    var notAfter: String {
        LogTime(seconds: context.validity.upperBound, nanoseconds: 0).plain(.rfc3339)
    }

    func replace(with context: TLSContext) {
        current.withLock { $0 = context }
    }
}
