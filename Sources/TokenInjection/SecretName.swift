import RawJSON

/// What the API server takes for the name of a Secret: a DNS-1123 subdomain (RFC 1123 section 2.1, as
/// k8s.io/apimachinery/pkg/util/validation reads it).
enum SecretName {
    static let longest = 253

    static func isValid(_ value: JSONValue) -> Bool {
        value.withText { text in
            guard !text.isEmpty, text.count <= longest else { return false }
            var previous = UInt8(ascii: ".")
            for index in text.indices {
                let byte = text[index]
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): break
                case UInt8(ascii: "-"): if previous == UInt8(ascii: ".") { return false }
                case UInt8(ascii: "."):
                    if previous == UInt8(ascii: ".") || previous == UInt8(ascii: "-") { return false }
                default: return false
                }
                previous = byte
            }
            return previous != UInt8(ascii: ".") && previous != UInt8(ascii: "-")
        } ?? false
    }
}
