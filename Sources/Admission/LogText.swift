/// Text from a request, fit for a log line or a message.
enum LogText {
    /// The longest name in Kubernetes.
    static let longest = 253

    /// Printable ASCII without quotes; anything else becomes `?`, and what is too long is cut.
    static func cleaned(_ text: String) -> String {
        var cleaned = ""
        for scalar in text.unicodeScalars.prefix(longest) {
            cleaned.unicodeScalars.append(("!"..."~").contains(scalar) && scalar != "\"" ? scalar : "?")
        }
        return cleaned
    }
}
