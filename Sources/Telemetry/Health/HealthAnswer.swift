/// What a probe is told, with the paths, parameters and wording of controller-runtime's pkg/healthz.
package struct HealthAnswer: Sendable, Equatable {
    /// 200, 404 or 500
    package let status: UInt16
    /// `text/plain; charset=utf-8`
    package let body: [UInt8]

    private init(_ status: UInt16, _ text: String) {
        self.status = status
        body = Array(text.utf8)
    }

    /// - Parameters:
    ///   - target: the request target as it came, `/readyz/certificate?verbose`.
    ///   - root: the endpoint, `/readyz`.
    ///   - checks: evaluated by the caller; with none, a check named `ping` always holds.
    /// - Returns: nil when `target` is not at or below `root`.
    package init?(target: String, root: String, checks: [HealthCheck]) {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let path = parts.first, path.hasPrefix(root) else { return nil }
        let below = path.dropFirst(root.count)
        guard below.isEmpty || below.first == "/" else { return nil }
        let named = below.split(separator: "/")
        let present = checks.isEmpty ? [HealthCheck("ping", isHealthy: true)] : checks
        if named.isEmpty {
            self = Self.all(present, QueryParameters(parts.count > 1 ? parts[1] : ""))
        } else {
            self = Self.one(named.joined(separator: "/"), present)
        }
    }

    private static func one(_ name: String, _ checks: [HealthCheck]) -> HealthAnswer {
        guard let check = checks.first(where: { $0.name == name }) else {
            return HealthAnswer(404, "404 page not found\n")
        }
        return check.isHealthy
            ? HealthAnswer(200, "ok") : HealthAnswer(500, "internal server error: reason withheld\n")
    }

    private static func all(_ checks: [HealthCheck], _ query: QueryParameters) -> HealthAnswer {
        let excluded = Set(query.values(of: "exclude"))
        var lines = ""
        var hasFailed = false
        for check in checks.sorted(by: { $0.name < $1.name }) {
            if excluded.contains(check.name) {
                lines += "[+]\(check.name) excluded: ok\n"
            } else if check.isHealthy {
                lines += "[+]\(check.name) ok\n"
            } else {
                hasFailed = true
                lines += "[-]\(check.name) failed: reason withheld\n"
            }
        }
        guard hasFailed || query.contains("verbose") else { return HealthAnswer(200, "ok") }
        let unknown = excluded.subtracting(checks.map(\.name))
        if !unknown.isEmpty {
            // The names themselves are the client's text and are not sent back.
            lines += "warn: some health checks cannot be excluded: no matches for \(unknown.count)\n"
        }
        return hasFailed
            ? HealthAnswer(500, lines + "healthz check failed\n") : HealthAnswer(200, lines + "healthz check passed\n")
    }
}
