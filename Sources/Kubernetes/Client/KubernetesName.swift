/// What the API server takes for names (kubernetes.io, "Object Names and IDs").
package enum KubernetesName {
    /// RFC 1123 label: of namespaces.
    package static func isLabel(_ name: some StringProtocol) -> Bool {
        let longestLabel = 63
        return (1...longestLabel).contains(name.utf8.count) && isPart(name)
    }

    /// RFC 1123 subdomain: of most other objects.
    package static func isSubdomain(_ name: String) -> Bool {
        let longestName = 253
        return name.utf8.count <= longestName
            && name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { isPart($0) }
    }

    private static func isPart(_ part: some StringProtocol) -> Bool {
        let isPlain = part.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 0x2D }
        return isPlain && !part.isEmpty && !part.hasPrefix("-") && !part.hasSuffix("-")
    }
}
