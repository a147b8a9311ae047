/// Why a setting's text was not accepted, as one sentence without a final period that names what was written and what
/// to write instead.
package struct SettingError: Error, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }

    /// The same error with the place the text came from in front: a flag or an environment variable.
    func from(_ origin: String) -> SettingError {
        SettingError("\(origin): \(description)")
    }

    /// Quotes what the user wrote, cut short: a pasted file must not fill the terminal.
    package static func quote(_ text: some StringProtocol) -> String {
        let longestQuote = 60
        return text.count > longestQuote ? "\"\(text.prefix(longestQuote))...\"" : "\"\(text)\""
    }
}
