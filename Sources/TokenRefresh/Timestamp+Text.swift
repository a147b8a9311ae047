internal import CivilCalendar

extension Timestamp {
    /// Reads a `date-time` of RFC 3339 section 5.6, with fraction and offset, as Go writes and reads it.
    ///
    /// - Returns: nil for anything else. What is finer than a millisecond is cut off.
    package init?(rfc3339 text: some StringProtocol) {
        var reader = DigitReader(Array(text.utf8))
        guard let year = reader.number(digits: 4), reader.skip("-"), let month = reader.number(digits: 2),
            reader.skip("-"), let day = reader.number(digits: 2),
            let date = CivilDate(year: year, month: month, day: day),
            reader.skip("T") || reader.skip("t"), let second = reader.timeOfDay(),
            let fraction = reader.millisecondsOfFraction(), let offset = reader.zoneOffset(), reader.isAtEnd
        else { return nil }
        let seconds = date.daysSince1970 * CivilTime.secondsPerDay + second - offset
        self.init(milliseconds: seconds * 1000 + fraction)
    }

    /// Reads the date of an HTTP field as every server writes it: `IMF-fixdate`, RFC 9110 section 5.6.7.
    ///
    /// - Returns: nil for anything else, the obsolete forms too. The name of the day is not checked against the date.
    package init?(httpDate text: some StringProtocol) {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 6, words[0].utf8.count == 4, words[0].hasSuffix(","), words[5] == "GMT",
            let month = months.firstIndex(where: { words[2] == $0 })
        else { return nil }
        var numbers = DigitReader(Array((words[1] + "-" + words[3] + "-" + words[4]).utf8))
        guard let day = numbers.number(digits: 2), numbers.skip("-"), let year = numbers.number(digits: 4),
            numbers.skip("-"), let second = numbers.timeOfDay(), numbers.isAtEnd,
            let date = CivilDate(year: year, month: Int64(month) + 1, day: day)
        else { return nil }
        self.init(seconds: date.daysSince1970 * CivilTime.secondsPerDay + second)
    }

    /// RFC 3339 in UTC with whole seconds, as `token-expires-at` is written: `2026-01-02T15:04:05Z`.
    package var rfc3339: String {
        let last = Int64(253_402_300_799)
        return CivilTime(secondsSince1970: min(max(seconds, 0), last)).text + "Z"
    }
}

/// Walks over text of fixed shape.
private struct DigitReader {
    private let bytes: [UInt8]
    private var next = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { next == bytes.count }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard next < bytes.count, bytes[next] == UInt8(ascii: character) else { return false }
        next += 1
        return true
    }

    mutating func number(digits: Int) -> Int64? {
        guard bytes.count - next >= digits else { return nil }
        var value: Int64 = 0
        for byte in bytes[next..<next + digits] {
            guard isDigit(byte) else { return nil }
            value = value * 10 + Int64(byte - 0x30)
        }
        next += digits
        return value
    }

    /// `hh:mm:ss` in seconds; the second may be 60, a leap second.
    mutating func timeOfDay() -> Int64? {
        guard let hour = number(digits: 2), hour <= 23, skip(":"), let minute = number(digits: 2), minute <= 59,
            skip(":"), let second = number(digits: 2), second <= 60
        else { return nil }
        return hour * 3600 + minute * 60 + second
    }

    /// Zero where there is no fraction.
    mutating func millisecondsOfFraction() -> Int64? {
        guard skip(".") else { return 0 }
        var value: Int64 = 0
        var digits = 0
        while next < bytes.count, isDigit(bytes[next]) {
            if digits < 3 { value = value * 10 + Int64(bytes[next] - 0x30) }
            digits += 1
            next += 1
        }
        guard digits > 0 else { return nil }
        for _ in min(digits, 3)..<3 { value *= 10 }
        return value
    }

    /// Seconds east of UTC.
    mutating func zoneOffset() -> Int64? {
        if skip("Z") || skip("z") { return 0 }
        let west = skip("-")
        guard west || skip("+"), let hours = number(digits: 2), hours <= 23, skip(":"),
            let minutes = number(digits: 2), minutes <= 59
        else { return nil }
        return (west ? -1 : 1) * (hours * 3600 + minutes * 60)
    }

    private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
