extension GoDuration: SettingValue {
    /// Reads the syntax of Go's `time.ParseDuration`: numbers with a unit each, largest unit first by habit only
    /// (`1h2m3.5s`), or a bare `0`. Digits below one nanosecond are dropped, as Go drops them.
    package init(argument: String) throws(SettingError) {
        var rest = argument.utf8[...]
        if rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        if rest.first == UInt8(ascii: "-") {
            throw SettingError("\(SettingError.quote(argument)) is negative; write a duration of zero or more, as 15s")
        }
        if rest.elementsEqual("0".utf8) {
            self = .zero
            return
        }
        guard !rest.isEmpty else { throw Self.malformed(argument) }
        var total: UInt64 = 0
        while !rest.isEmpty {
            let part = try Self.part(&rest, of: argument)
            let (sum, overflow) = total.addingReportingOverflow(part)
            guard !overflow, sum <= UInt64(Int64.max) else { throw Self.tooLong(argument) }
            total = sum
        }
        self.init(nanoseconds: Int64(total))
    }

    /// One number with its unit, in nanoseconds.
    private static func part(_ rest: inout Substring.UTF8View, of argument: String) throws(SettingError) -> UInt64 {
        let whole = digits(&rest)
        var fraction = rest.prefix(0)
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            fraction = digits(&rest)
        }
        guard !whole.isEmpty || !fraction.isEmpty else { throw malformed(argument) }
        let unitText = rest.prefix { $0 != UInt8(ascii: ".") && !isDigit($0) }
        rest = rest[unitText.endIndex...]
        guard !unitText.isEmpty else {
            throw SettingError("\(SettingError.quote(argument)) lacks a unit; write for example 15s, 1m30s or 500ms")
        }
        guard let unit = nanosecondsPerUnit(Substring(unitText)) else {
            throw SettingError(
                "\(SettingError.quote(argument)) has the unknown unit \(SettingError.quote(Substring(unitText))); "
                    + "units are h, m, s, ms, us and ns, for example 1m30s")
        }
        guard let value = scaled(whole, fraction, unit) else { throw tooLong(argument) }
        return value
    }

    private static func scaled(
        _ whole: Substring.UTF8View, _ fraction: Substring.UTF8View, _ unit: UInt64
    ) -> UInt64? {
        var value: UInt64 = 0
        for digit in whole {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(digit - UInt8(ascii: "0")))
            guard !overflow, !carry else { return nil }
            value = sum
        }
        let (product, overflow) = value.multipliedReportingOverflow(by: unit)
        guard !overflow else { return nil }
        // An hour has 13 digits of nanoseconds: no later digit of the fraction can reach the result.
        let meaningfulDigits = 18
        var numerator: UInt128 = 0
        var denominator: UInt128 = 1
        for digit in fraction.prefix(meaningfulDigits) {
            numerator = numerator * 10 + UInt128(digit - UInt8(ascii: "0"))
            denominator *= 10
        }
        let (sum, carry) = product.addingReportingOverflow(UInt64(numerator * UInt128(unit) / denominator))
        return carry ? nil : sum
    }

    private static func digits(_ rest: inout Substring.UTF8View) -> Substring.UTF8View {
        let run = rest.prefix(while: isDigit)
        rest = rest[run.endIndex...]
        return run
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// Go takes both code points that look like mu (U+00B5 and U+03BC) besides the plain `us`.
    private static func nanosecondsPerUnit(_ unit: Substring) -> UInt64? {
        switch unit {
        case "ns": 1
        case "us", "\u{B5}s", "\u{3BC}s": 1_000
        case "ms": 1_000_000
        case "s": 1_000_000_000
        case "m": 60_000_000_000
        case "h": 3_600_000_000_000
        default: nil
        }
    }

    private static func malformed(_ argument: String) -> SettingError {
        SettingError("\(SettingError.quote(argument)) is not a duration; write for example 15s, 1m30s or 500ms")
    }

    private static func tooLong(_ argument: String) -> SettingError {
        SettingError("\(SettingError.quote(argument)) is longer than 292 years; write for example 15s or 1m30s")
    }
}
