/// A non-negative span of time written as Go's `time.Duration` is, because every flag next to ours on a cluster is.
package struct GoDuration: Sendable, Hashable, Comparable {
    /// 0 ... Int64.max, which is a little over 292 years.
    package let nanoseconds: Int64

    /// Clamps below at zero.
    package init(nanoseconds: Int64) {
        self.nanoseconds = max(0, nanoseconds)
    }

    package static let zero = GoDuration(nanoseconds: 0)

    package static func seconds(_ count: Int32) -> GoDuration {
        GoDuration(nanoseconds: Int64(count) * 1_000_000_000)
    }

    package static func milliseconds(_ count: Int32) -> GoDuration {
        GoDuration(nanoseconds: Int64(count) * 1_000_000)
    }

    package static func < (left: GoDuration, right: GoDuration) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    package var duration: Duration { .nanoseconds(nanoseconds) }
}

extension GoDuration: CustomStringConvertible {
    /// Go's `Duration.String()`: `1h2m3.5s`, `1m0s`, `500ms`, `1.5µs`, `0s`.
    package var description: String {
        switch nanoseconds {
        case 0: "0s"
        case ..<1_000: "\(nanoseconds)ns"
        case ..<1_000_000: Self.decimal(nanoseconds, per: 1_000) + "µs"
        case ..<1_000_000_000: Self.decimal(nanoseconds, per: 1_000_000) + "ms"
        default: Self.clock(nanoseconds)
        }
    }

    private static func clock(_ nanoseconds: Int64) -> String {
        let minute: Int64 = 60_000_000_000
        let seconds = decimal(nanoseconds % minute, per: 1_000_000_000) + "s"
        let minutes = nanoseconds / minute
        if minutes == 0 { return seconds }
        if minutes < 60 { return "\(minutes)m\(seconds)" }
        return "\(minutes / 60)h\(minutes % 60)m\(seconds)"
    }

    /// `value / unit` in decimals without trailing zeros; `unit` is a power of ten.
    private static func decimal(_ value: Int64, per unit: Int64) -> String {
        var fraction = value % unit
        guard fraction != 0 else { return "\(value / unit)" }
        var width = String(unit).utf8.count - 1
        while fraction % 10 == 0 {
            fraction /= 10
            width -= 1
        }
        let digits = String(fraction)
        return "\(value / unit)." + String(repeating: "0", count: width - digits.utf8.count) + digits
    }
}
