/// Text that must not be seen: a token, a JWT or a private key. Printing, interpolating, dumping or reflecting it shows
/// `<redacted>`, so that no log line, error or event can carry it by accident.
package struct SecretText: Equatable, Sendable {
    private let text: String

    package init(_ text: String) {
        self.text = text
    }

    package var isEmpty: Bool { text.isEmpty }

    /// The text itself. Each use is a place to look at when one asks where a secret can go.
    package var revealed: String { text }
}

extension SecretText: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "<redacted>" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
