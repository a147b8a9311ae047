internal import CivilCalendar
package import Settings

/// The wall clock's reading when an event was logged.
package struct LogTime: Sendable, Equatable {
    /// Since 1970-01-01T00:00:00Z.
    package let seconds: Int64
    /// 0 ..< 1_000_000_000
    package let nanoseconds: Int64

    package init(seconds: Int64, nanoseconds: Int64) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// The JSON value for a line: text in quotes, or a number. No encoding needs an escape.
    func json(_ encoding: LogTimeEncoding) -> String {
        switch encoding {
        case .rfc3339, .rfc3339nano, .iso8601: "\"\(plain(encoding))\""
        case .epoch, .millis, .nano: plain(encoding)
        }
    }

    package func plain(_ encoding: LogTimeEncoding) -> String {
        switch encoding {
        case .rfc3339: "\(CivilTime(secondsSince1970: seconds).text)Z"
        case .rfc3339nano: "\(CivilTime(secondsSince1970: seconds).text)\(Self.fraction(nanoseconds, width: 9))Z"
        case .iso8601:
            "\(CivilTime(secondsSince1970: seconds).text).\(CivilTime.digits(nanoseconds / 1_000_000, 3))Z"
        case .epoch: "\(seconds)\(Self.fraction(nanoseconds, width: 9))"
        case .millis:
            "\(seconds * 1000 + nanoseconds / 1_000_000)\(Self.fraction(nanoseconds % 1_000_000, width: 6))"
        case .nano: "\(seconds * 1_000_000_000 + nanoseconds)"
        }
    }

    /// `.5` for 500000000 of width 9; nothing for zero.
    private static func fraction(_ value: Int64, width: Int) -> String {
        guard value > 0 else { return "" }
        var digits = CivilTime.digits(value, width)
        while digits.last == "0" { digits.removeLast() }
        return ".\(digits)"
    }
}
