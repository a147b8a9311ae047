/// The `uri-host [ ":" port ]` of a Host field or an absolute-form target (RFC 9112 section 3.2).
enum HostValue {
    /// An empty host is refused too: an http URI has one (RFC 9110 section 4.2.1).
    static func isValid(_ value: Span<UInt8>) -> Bool {
        guard value.count > 0 else { return false }
        var end = 0
        if value[0] == UInt8(ascii: "[") {
            end = 1
            while end < value.count, value[end].isAddressLiteralByte { end += 1 }
            guard end > 1, end < value.count, value[end] == UInt8(ascii: "]") else { return false }
            end += 1
        } else {
            while end < value.count, value[end].isRegisteredNameByte { end += 1 }
            guard end > 0 else { return false }
        }
        guard end < value.count else { return true }
        guard value[end] == UInt8(ascii: ":") else { return false }
        for index in (end + 1)..<value.count where !value[index].isDigit { return false }
        return true
    }
}
