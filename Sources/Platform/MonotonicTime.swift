internal import Glibc

/// A point on the kernel's monotonic clock, in nanoseconds: unmoved by clock steps, for deadlines and durations.
package struct MonotonicTime: Comparable, Sendable {
    package let nanoseconds: UInt64

    package init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    package static func now() -> MonotonicTime {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicTime(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
    }

    package static func < (left: MonotonicTime, right: MonotonicTime) -> Bool { left.nanoseconds < right.nanoseconds }

    package func advanced(milliseconds: UInt64) -> MonotonicTime {
        MonotonicTime(nanoseconds: nanoseconds + milliseconds * 1_000_000)
    }

    /// Nanoseconds since an earlier point; zero when that point is later.
    package func nanoseconds(since earlier: MonotonicTime) -> UInt64 {
        nanoseconds > earlier.nanoseconds ? nanoseconds - earlier.nanoseconds : 0
    }

    /// Milliseconds from here to `deadline`, rounded up so that a wait of that length reaches it.
    package func milliseconds(until deadline: MonotonicTime) -> Int32 {
        guard deadline > self else { return 0 }
        return Int32(clamping: (deadline.nanoseconds - nanoseconds + 999_999) / 1_000_000)
    }
}

/// The wall clock, for log lines and certificate dates.
package enum WallClock {
    /// Seconds and nanoseconds since 1970-01-01T00:00:00Z.
    package static func now() -> (seconds: Int64, nanoseconds: Int64) {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return (Int64(time.tv_sec), Int64(time.tv_nsec))
    }
}
