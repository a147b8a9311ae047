package import TokenRefresh

/// A GitHub App and one of its installations, from the data of an App's Secret. The key is not in it: it is held by the
/// signer.
package struct AppCredentials: Equatable, Sendable {
    /// The App's id, or its client id (`Iv1.…`): the `iss` of a JWT.
    package let appID: String
    /// Digits only.
    package let installationID: String

    /// Longer than any id GitHub gives.
    private static let longestID = 64

    /// - Parameters: as in the Secret; space around them is dropped.
    /// - Throws: `.invalidSource`, with the name of the key that is wrong and nothing of its value.
    package init(appID: [UInt8], installationID: [UInt8]) throws(RefreshFailure) {
        let app = Self.trimmed(appID)
        let installation = Self.trimmed(installationID)
        guard (1...Self.longestID).contains(app.count),
            app.allSatisfy({ Self.isDigit($0) || Self.isLetter($0) || $0 == UInt8(ascii: ".") })
        else { throw RefreshFailure(.invalidSource, "appID is neither the id of a GitHub App nor its client id") }
        // It goes into a path, so nothing that would need to be escaped there may be in it.
        guard (1...20).contains(installation.count), installation.allSatisfy(Self.isDigit) else {
            throw RefreshFailure(.invalidSource, "installationID is not a number")
        }
        self.appID = String(decoding: app, as: UTF8.self)
        self.installationID = String(decoding: installation, as: UTF8.self)
    }

    private static func trimmed(_ text: [UInt8]) -> ArraySlice<UInt8> {
        var text = text[...]
        while let first = text.first, first <= 0x20 { text.removeFirst() }
        while let last = text.last, last <= 0x20 { text.removeLast() }
        return text
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}

/// Signs with an App's private key as RS256 does (RFC 7518 section 3.3).
package struct AppSigner: Sendable {
    private let sign: @Sendable ([UInt8]) throws -> [UInt8]

    /// - Parameter sign: gives the signature over the bytes. What it throws is told by its description, so that must hold
    ///   no byte of the key.
    package init(_ sign: @escaping @Sendable ([UInt8]) throws -> [UInt8]) {
        self.sign = sign
    }

    func signature(over message: [UInt8]) throws(RefreshFailure) -> [UInt8] {
        do {
            return try sign(message)
        } catch {
            throw RefreshFailure(.invalidSource, SafeText.line("\(error)"))
        }
    }
}
