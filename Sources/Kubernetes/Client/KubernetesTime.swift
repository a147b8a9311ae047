/// Moments as the API writes them: RFC 3339 in UTC.
package enum KubernetesTime {
    /// `metav1.Time`: whole seconds, as Events have it.
    package static func seconds(_ sinceUnixEpoch: Duration) -> String {
        civil(floor(sinceUnixEpoch.microseconds, by: microsecondsPerSecond)) + "Z"
    }

    /// `metav1.MicroTime`: always six digits of fraction, as Leases have it. The API server refuses fewer.
    package static func microseconds(_ sinceUnixEpoch: Duration) -> String {
        let all = sinceUnixEpoch.microseconds
        let seconds = floor(all, by: microsecondsPerSecond)
        return civil(seconds) + "." + padded(all - seconds * microsecondsPerSecond, 6) + "Z"
    }

    private static let microsecondsPerSecond: Int64 = 1_000_000
    private static let secondsPerDay: Int64 = 86_400

    /// The proleptic Gregorian calendar. Years counted from 1 March put the leap day last; 400 of them are always
    /// 146,097 days, and 719,468 days lie between 0000-03-01 and 1970-01-01.
    private static func civil(_ seconds: Int64) -> String {
        let days = floor(seconds, by: secondsPerDay)
        let ofDay = seconds - days * secondsPerDay
        let shifted = days + 719_468
        let era = floor(shifted, by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let date = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
        return "\(date)T\(padded(ofDay / 3600, 2)):\(padded(ofDay / 60 % 60, 2)):\(padded(ofDay % 60, 2))"
    }

    private static func floor(_ value: Int64, by divisor: Int64) -> Int64 {
        value >= 0 ? value / divisor : (value - divisor + 1) / divisor
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
