extension Int {
    /// Reads a Content-Length (RFC 9110 section 8.6): digits only and no leading zero, because a sign, a list, a radix prefix
    /// or an octal-looking number could mean another length to somebody else on the path. Nil also when it does not fit.
    package init?(plainDigits text: Span<UInt8>) {
        guard text.count > 0, text.count == 1 || text[0] != UInt8(ascii: "0") else { return nil }
        var number = 0
        for index in text.indices {
            guard text[index].isDigit else { return nil }
            let (product, productOverflows) = number.multipliedReportingOverflow(by: 10)
            let (sum, sumOverflows) = product.addingReportingOverflow(Int(text[index] & 0x0F))
            guard !productOverflows, !sumOverflows else { return nil }
            number = sum
        }
        self = number
    }
}
