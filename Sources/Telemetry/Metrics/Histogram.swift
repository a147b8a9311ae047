import Synchronization

/// Counts durations by bucket. An observation is a scan over a few bounds and two relaxed atomic additions.
package final class Histogram: Sendable {
    /// Slots are stored inline, so their number is fixed; the longest list of bounds in use has 40.
    package static let capacity = 40

    package let buckets: HistogramBuckets
    private let bounds: InlineArray<40, UInt64>
    /// One slot per bound and a last one for everything above; each observation is in exactly one.
    private let slots: InlineArray<41, Atomic<UInt64>>
    private let sum = Atomic<UInt64>(0)

    init(buckets: HistogramBuckets) {
        self.buckets = buckets
        bounds = InlineArray { $0 < buckets.nanoseconds.count ? buckets.nanoseconds[$0] : UInt64.max }
        slots = InlineArray { _ in Atomic<UInt64>(0) }
    }

    package func observe(nanoseconds: UInt64) {
        var slot = 0
        while slot < Self.capacity, bounds[slot] < nanoseconds { slot += 1 }
        slots[slot].wrappingAdd(1, ordering: .relaxed)
        sum.wrappingAdd(nanoseconds, ordering: .relaxed)
    }

    /// The cumulative counts, one per bound, then the total. The total is the sum of the slots as read, so `+Inf`
    /// and `_count` agree even while other threads observe.
    package var cumulativeCounts: [UInt64] {
        var total: UInt64 = 0
        var counts: [UInt64] = []
        counts.reserveCapacity(buckets.seconds.count + 1)
        for slot in 0...Self.capacity {
            total &+= slots[slot].load(ordering: .relaxed)
            if slot < buckets.seconds.count { counts.append(total) }
        }
        counts.append(total)
        return counts
    }

    /// The sum of all observations in seconds.
    package var sumInSeconds: Double { Double(sum.load(ordering: .relaxed)) / 1e9 }
}
