/// Numbers of the text exposition format.
enum MetricNumber {
    /// Prints as client_golang does, so that `le` labels match those of existing dashboards: the shortest digits
    /// that read back exactly, in Go's format 'g' (an exponent below 1e-04 and from 1e+06 on, two digits at least).
    static func text(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        let sign = value.sign == .minus ? "-" : ""
        if value.isZero { return "\(sign)0" }
        let (digits, exponent) = shortestDigits(value.magnitude)
        return sign + ((-4..<6).contains(exponent) ? plain(digits, exponent) : scientific(digits, exponent))
    }

    private static func plain(_ digits: String, _ exponent: Int) -> String {
        if exponent < 0 {
            return "0." + String(repeating: "0", count: -exponent - 1) + digits
        }
        let wholeWidth = exponent + 1
        if digits.utf8.count <= wholeWidth {
            return digits + String(repeating: "0", count: wholeWidth - digits.utf8.count)
        }
        return "\(digits.prefix(wholeWidth)).\(digits.dropFirst(wholeWidth))"
    }

    private static func scientific(_ digits: String, _ exponent: Int) -> String {
        let mantissa = digits.utf8.count == 1 ? digits : "\(digits.prefix(1)).\(digits.dropFirst())"
        let magnitude = String(exponent.magnitude)
        return "\(mantissa)e\(exponent < 0 ? "-" : "+")\(magnitude.utf8.count < 2 ? "0" : "")\(magnitude)"
    }

    /// The significant digits without leading or trailing zeros, and the decimal exponent of the first one. The
    /// standard library's description has the shortest digits; only its layout differs from Go's.
    private static func shortestDigits(_ value: Double) -> (digits: String, exponent: Int) {
        let parts = value.description.split(separator: "e")
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let whole = mantissa[0]
        let digits = whole + (mantissa.count > 1 ? mantissa[1] : "")
        let leadingZeros = digits.prefix { $0 == "0" }.count
        var significant = digits.dropFirst(leadingZeros)
        while significant.last == "0" { significant.removeLast() }
        let written = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        return (String(significant), whole.count - 1 - leadingZeros + written)
    }
}
