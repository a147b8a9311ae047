/// A moment in UTC by the proleptic Gregorian calendar.
struct CivilTime: Equatable {
    let year: Int64
    let month: Int64
    let day: Int64
    let hour: Int64
    let minute: Int64
    let second: Int64

    /// - Parameter seconds: since 1970-01-01T00:00:00Z, leap seconds not counted.
    init(secondsSince1970 seconds: Int64) {
        let secondsPerDay: Int64 = 86_400
        let days = Self.floorDivided(seconds, by: secondsPerDay)
        let ofDay = seconds - days * secondsPerDay
        hour = ofDay / 3600
        minute = ofDay / 60 % 60
        second = ofDay % 60

        // Years counted from 1 March put the leap day last, so month lengths follow one formula; 400 years are
        // exactly 146097 days. 719468 days lie between 0000-03-01 and 1970-01-01.
        let shifted = days + 719_468
        let era = Self.floorDivided(shifted, by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    private static func floorDivided(_ value: Int64, by divisor: Int64) -> Int64 {
        value >= 0 ? value / divisor : (value - divisor + 1) / divisor
    }

    /// `2026-01-02T15:04:05`, without fraction and zone.
    var text: String {
        var text = Self.padded(year, 4)
        for (separator, value) in [("-", month), ("-", day), ("T", hour), (":", minute), (":", second)] {
            text += separator
            text += Self.padded(value, 2)
        }
        return text
    }

    static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
