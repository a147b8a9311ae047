import RawJSON
package import TokenRefresh

/// The JSON Web Token by which an App proves who it is (docs.github.com, "Generating a JSON Web Token (JWT) for a GitHub
/// App"; RFC 7519).
package enum AppJWT {
    /// A clock that is ahead of GitHub's by up to a minute does no harm so.
    package static let issuedBefore: Int64 = 60
    /// GitHub takes ten minutes at most; the tenth is left to clocks that differ.
    package static let life: Int64 = 540

    /// - Parameters:
    ///   - app: the `iss` claim.
    ///   - now: by GitHub's clock, as far as it is known.
    package static func make(app: String, at now: Timestamp, signer: AppSigner) throws(RefreshFailure) -> SecretText {
        var payload: [UInt8] = []
        payload.append(#"{"iat":"#)
        payload.append(decimal: Int(now.seconds - issuedBefore))
        payload.append(#","exp":"#)
        payload.append(decimal: Int(now.seconds + life))
        payload.append(#","iss":"#)
        payload.append(quoted: app)
        payload.append("}")
        let signed = base64URL(Array(#"{"alg":"RS256","typ":"JWT"}"#.utf8)) + [dot] + base64URL(payload)
        let signature = try signer.signature(over: signed)
        return SecretText(String(decoding: signed + [dot] + base64URL(signature), as: UTF8.self))
    }

    private static let dot = UInt8(ascii: ".")

    /// RFC 4648 section 5, without padding.
    private static func base64URL(_ bytes: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        text.append(base64: bytes)
        while text.last == UInt8(ascii: "=") { text.removeLast() }
        return text.map { byte in
            switch byte {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            default: byte
            }
        }
    }
}
