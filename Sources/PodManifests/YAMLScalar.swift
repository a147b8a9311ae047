/// What a plain (unquoted) YAML scalar means to kubectl, whose YAML library follows YAML 1.1 for booleans and numbers
/// (sigs.k8s.io/yaml, goyaml.v2/resolve.go). A pod file must mean here what it means there.
enum YAMLScalar {
    static func resolved(_ text: String) -> ManifestValue? {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON": return .bool(true)
        case "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF": return .bool(false)
        default: break
        }
        // JSON has no infinities and no NaN.
        if infinities.contains(text) { return nil }
        guard let first = text.utf8.first, isDigit(first) || "+-.".utf8.contains(first) else { return .string(text) }
        if looksLikeDate(text) { return .string(text) }
        return number(text).map(ManifestValue.number) ?? .string(text)
    }

    /// True when a plain scalar of this text would be read as something else than this string, by kubectl or by any
    /// YAML 1.1 or 1.2 reader.
    static func needsQuotes(_ text: String) -> Bool {
        guard case .string? = resolved(text) else { return true }
        if text == "=" || text == "<<" || looksLikeDate(text) { return true }
        guard let first = text.utf8.first, isDigit(first) || "+-.".utf8.contains(first) else { return false }
        // The prefix is octal in YAML 1.2 whatever follows it.
        return text.hasPrefix("0o") || number(text) != nil || looksSexagesimal(text)
    }

    /// `190:20:30`, a number to base 60 in YAML 1.1.
    private static func looksSexagesimal(_ text: String) -> Bool {
        let parts = text.utf8.drop { "+-".utf8.contains($0) }.split(separator: UInt8(ascii: ":"))
        return parts.count > 1 && parts[0].allSatisfy { isDigit($0) || $0 == UInt8(ascii: "_") }
            && parts.dropFirst().allSatisfy { $0.allSatisfy { isDigit($0) || "_.".utf8.contains($0) } }
    }

    private static let infinities: Set<String> = [
        ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF",
    ]

    /// The JSON text of a number in any spelling that YAML allows; nil if it is none.
    static func number(_ text: String) -> String? {
        let plain = text.filter { $0 != "_" }
        if isJSONNumber(plain) { return plain }
        if let integer = integer(plain) { return integer }
        guard isFloat(plain), let value = Double(plain), value.isFinite else { return nil }
        let printed = value.description
        return printed.hasSuffix(".0") ? String(printed.dropLast(2)) : printed
    }

    /// A JSON number as every YAML reader takes it for one: YAML 1.1 wants a dot and a signed exponent.
    static func portable(number text: String) -> String {
        let parts = text.split(omittingEmptySubsequences: false) { $0 == "e" || $0 == "E" }
        guard parts.count == 2 else { return text }
        let mantissa = parts[0].contains(".") ? parts[0] : "\(parts[0]).0"
        let isSigned = parts[1].hasPrefix("-") || parts[1].hasPrefix("+")
        return "\(mantissa)e\(isSigned ? "" : "+")\(parts[1])"
    }

    /// Signed, hexadecimal, octal (with a leading 0 or 0o) and binary integers, as Go's ParseInt reads them to base 0.
    private static func integer(_ plain: String) -> String? {
        let isNegative = plain.hasPrefix("-")
        let digits = isNegative || plain.hasPrefix("+") ? plain.dropFirst() : plain[...]
        guard let first = digits.utf8.first, isDigit(first) else { return nil }
        let lower = digits.lowercased()
        let value: UInt64? =
            if lower.hasPrefix("0x") {
                UInt64(lower.dropFirst(2), radix: 16)
            } else if lower.hasPrefix("0b") {
                UInt64(lower.dropFirst(2), radix: 2)
            } else if lower.hasPrefix("0o") {
                UInt64(lower.dropFirst(2), radix: 8)
            } else if lower.hasPrefix("0"), lower.utf8.count > 1 {
                UInt64(lower.dropFirst(), radix: 8)
            } else {
                UInt64(lower, radix: 10)
            }
        return value.map { isNegative && $0 != 0 ? "-\($0)" : "\($0)" }
    }

    private static func isJSONNumber(_ text: String) -> Bool {
        var rest = text.utf8[...]
        if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        let whole = rest.prefix(while: isDigit)
        guard !whole.isEmpty, whole.count == 1 || whole.first != UInt8(ascii: "0") else { return false }
        rest = rest[whole.endIndex...]
        if rest.first == UInt8(ascii: ".") {
            let fraction = rest.dropFirst().prefix(while: isDigit)
            guard !fraction.isEmpty else { return false }
            rest = rest[fraction.endIndex...]
        }
        return rest.isEmpty || isExponent(rest)
    }

    private static func isFloat(_ text: String) -> Bool {
        var rest = text.utf8[...]
        if let sign = rest.first, "+-".utf8.contains(sign) { rest = rest.dropFirst() }
        let whole = rest.prefix(while: isDigit)
        rest = rest[whole.endIndex...]
        if rest.first == UInt8(ascii: ".") {
            let fraction = rest.dropFirst().prefix(while: isDigit)
            guard !whole.isEmpty || !fraction.isEmpty else { return false }
            rest = rest[fraction.endIndex...]
        } else if whole.isEmpty {
            return false
        }
        return rest.isEmpty || isExponent(rest)
    }

    private static func isExponent(_ text: Substring.UTF8View) -> Bool {
        guard let letter = text.first, letter | 0x20 == UInt8(ascii: "e") else { return false }
        var digits = text.dropFirst()
        if let sign = digits.first, "+-".utf8.contains(sign) { digits = digits.dropFirst() }
        return !digits.isEmpty && digits.allSatisfy(isDigit)
    }

    /// `2006-1-2` with or without a time: a timestamp to YAML 1.1, kept as a string by kubectl.
    private static func looksLikeDate(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), maxSplits: 2, omittingEmptySubsequences: false)
        return parts.count == 3 && parts[0].count == 4 && parts[0].allSatisfy(isDigit)
            && (1...2).contains(parts[1].count) && parts[1].allSatisfy(isDigit) && parts[2].first.map(isDigit) == true
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
