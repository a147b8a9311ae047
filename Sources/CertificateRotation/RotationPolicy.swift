/// How long certificates live, and how long is waited between the steps of a rotation.
package struct RotationPolicy: Hashable, Sendable {
    /// Why a policy would strand the webhook: one sentence without a final full stop.
    package struct Problem: Error, Equatable, Sendable {
        package let message: String
    }

    /// Seconds. As far as this, clocks may differ.
    static let clockTolerance: Int64 = 300
    /// Of the life that a certificate has when it is made, the part that lies in the past.
    private static let backdatedShare: Int64 = 10
    /// Whatever is shorter is no wait at all.
    private static let shortestSettleTime = Duration.seconds(1)
    /// During a rotation of the authority a leaf has a third of its life left at the least, which must be enough for two
    /// settle times and the kubelet's own delay.
    private static let leastSettleTimesInLeaf = 4
    /// With a third of the authority's life left, a leaf of full life must fit into it.
    private static let leastLeavesInAuthority = 3
    /// While a rotation is under way, and otherwise.
    private static let (longestBusyPause, restingPause) = (Duration.seconds(5), Duration.seconds(60))
    private static let busyPausesInSettleTime = 4

    package let authorityLifetime: Duration
    package let leafLifetime: Duration
    /// How long a bundle is in the configuration before any webhook serves what needs it, and how long all webhooks have
    /// served a new leaf before the old one's authority is taken out of the bundle.
    package let settleTime: Duration

    package init(
        authorityLifetime: Duration, leafLifetime: Duration, settleTime: Duration
    ) throws(Problem) {
        guard settleTime >= Self.shortestSettleTime else {
            throw Problem(message: "the settle time must be one second or more")
        }
        guard leafLifetime >= settleTime * Self.leastSettleTimesInLeaf else {
            throw Problem(
                message:
                    "the certificate's lifetime must be \(Self.leastSettleTimesInLeaf) times the settle time or more"
            )
        }
        guard authorityLifetime >= leafLifetime * Self.leastLeavesInAuthority else {
            throw Problem(
                message: "the CA's lifetime must be \(Self.leastLeavesInAuthority) times the certificate's or more")
        }
        self.authorityLifetime = authorityLifetime
        self.leafLifetime = leafLifetime
        self.settleTime = settleTime
    }

    /// A leaf for three months, as cert-manager has it, from an authority for ten years.
    ///
    /// An API server learns of a configuration within a second, or within half a minute when its watch broke; a kubelet
    /// puts a Secret into a pod that is starting at once, and into one that runs within a minute and a half. Two minutes
    /// are longer than either.
    package static let standard = RotationPolicy(
        unchecked: .seconds(87_600 * 3600), .seconds(2160 * 3600), .seconds(120))

    private init(unchecked authorityLifetime: Duration, _ leafLifetime: Duration, _ settleTime: Duration) {
        self.authorityLifetime = authorityLifetime
        self.leafLifetime = leafLifetime
        self.settleTime = settleTime
    }

    var restingPause: Duration { Self.restingPause }

    var busyPause: Duration { min(Self.longestBusyPause, settleTime / Self.busyPausesInSettleTime) }

    func authorityValidity(from now: Int64) -> ClosedRange<Int64> {
        Self.validity(from: now, lifetime: authorityLifetime, until: .max)
    }

    /// - Parameter end: of the authority: no leaf outlives it.
    func leafValidity(from now: Int64, until end: Int64) -> ClosedRange<Int64> {
        Self.validity(from: now, lifetime: leafLifetime, until: end)
    }

    /// Begins a little in the past, for clocks that are behind this one.
    private static func validity(from now: Int64, lifetime: Duration, until end: Int64) -> ClosedRange<Int64> {
        let seconds = lifetime.components.seconds
        let begin = now - min(clockTolerance, seconds / backdatedShare)
        return begin...max(begin, min(begin + seconds, end))
    }
}
