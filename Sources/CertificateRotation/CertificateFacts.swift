/// One certificate, as far as a decision needs to know it.
package struct CertificateFacts: Hashable, Sendable {
    /// Of its DER: two certificates are the same when this is.
    package let fingerprint: String
    /// In seconds since 1970.
    package let validity: ClosedRange<Int64>

    package init(fingerprint: String, validity: ClosedRange<Int64>) {
        self.fingerprint = fingerprint
        self.validity = validity
    }

    /// Two thirds of its life are over then.
    package var renewal: Int64 {
        let life = validity.upperBound - validity.lowerBound
        return validity.lowerBound + life / 3 * 2 + life % 3 * 2 / 3
    }

    func hasExpired(at now: Int64) -> Bool { validity.upperBound <= now }

    /// Clocks that differ by no more than a few minutes agree on this.
    func isFromFuture(at now: Int64) -> Bool { validity.lowerBound - RotationPolicy.clockTolerance > now }

    /// Not expired and not from a clock that was far ahead.
    func isUsable(at now: Int64) -> Bool { !hasExpired(at: now) && !isFromFuture(at: now) }
}
