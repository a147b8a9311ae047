/// A moment in UTC by the proleptic Gregorian calendar.
package struct CivilTime: Equatable, Sendable {
    package static let secondsPerDay: Int64 = 86_400

    package let date: CivilDate
    package let hour: Int64
    package let minute: Int64
    package let second: Int64

    /// - Parameter seconds: since 1970-01-01T00:00:00Z, leap seconds not counted.
    package init(secondsSince1970 seconds: Int64) {
        let (days, ofDay) = seconds.dividedDown(by: Self.secondsPerDay)
        date = CivilDate(daysSince1970: days)
        hour = ofDay / 3600
        minute = ofDay / 60 % 60
        second = ofDay % 60
    }

    /// `2026-01-02T15:04:05`, without fraction and zone.
    package var text: String {
        var text = Self.digits(date.year, 4)
        for (separator, value) in [("-", date.month), ("-", date.day), ("T", hour), (":", minute), (":", second)] {
            text += separator
            text += Self.digits(value, 2)
        }
        return text
    }

    /// In decimal, with zeros in front up to the width.
    package static func digits(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}

extension Int64 {
    /// Rounded towards minus infinity, so that the remainder is never negative: what lies before 1970 counts back.
    func dividedDown(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
