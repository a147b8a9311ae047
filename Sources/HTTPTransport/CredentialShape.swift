/// Tells what looks like a credential, so that a peer's words can be repeated without it. A safety net for answers that
/// quote what they were asked with; what is known to be secret is not put into words in the first place.
package enum CredentialShape {
    /// In place of a credential.
    package static let redacted: Substring = "<redacted>"

    /// What GitHub's credentials, JSON Web Tokens and PEM begin with ("Authentication token formats"), then the same in
    /// base64, as the data of a Secret has them.
    private static let marks = [
        "ghs_", "ghp_", "gho_", "ghu_", "ghr_", "github_pat_", "eyJ", "-----BEGIN", "-----END",
        "Z2hz", "Z2hw", "Z2l0aHVi", "ZXlK", "LS0tLS",
    ]

    /// No word of this length with capitals, small letters and digits changes between them as often as base64 does, which
    /// is at two of three characters; a path such as `spec.containers[0].envFrom` does at one of ten.
    private static let shortestMixture = 32

    /// - Parameter word: without white space.
    package static func mayBeIn(_ word: Substring) -> Bool {
        if marks.contains(where: { word.contains($0) }) { return true }
        return word.utf8.count >= shortestMixture && isMixture(word)
    }

    private static func isMixture(_ word: Substring) -> Bool {
        var seen: Set<Kind> = []
        var changes = 0
        var last: Kind?
        for kind in word.utf8.lazy.map(Kind.init) {
            if let last, last != kind { changes += 1 }
            last = kind
            seen.insert(kind)
        }
        return seen.isSuperset(of: [.capital, .small, .digit]) && changes * 3 >= word.utf8.count
    }

    private enum Kind {
        case capital, small, digit, other

        init(_ byte: UInt8) {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): self = .capital
            case UInt8(ascii: "a")...UInt8(ascii: "z"): self = .small
            case UInt8(ascii: "0")...UInt8(ascii: "9"): self = .digit
            default: self = .other
            }
        }
    }
}
