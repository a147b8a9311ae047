internal import HTTPTransport

/// Makes a server's words fit for an event or a log line.
enum SafeText {
    private static let longest = 200
    /// No word of a message is as long; a token of either format and a JWT are.
    private static let longestWord = 32

    /// One line of printable ASCII with at most 200 characters, in which anything that may be a credential is `<redacted>`.
    static func line(_ text: String) -> String {
        let printable = String(
            String.UnicodeScalarView(text.unicodeScalars.map { ("\u{21}"..."\u{7E}").contains($0) ? $0 : " " }))
        let words = printable.split(separator: " ").map { word in
            word.utf8.count > longestWord || CredentialShape.mayBeIn(word) ? CredentialShape.redacted : word
        }
        let line = words.joined(separator: " ")
        return line.utf8.count <= longest ? line : String(line.prefix(longest)) + "..."
    }
}
