/// Where the way to the API server is written down, in controller-runtime's order: the flag `--kubeconfig`, the
/// environment's `KUBECONFIG`, the pod we run in, the user's own `~/.kube/config`.
package enum AccessSource: Equatable, Sendable {
    /// Files whose entries count together; of two entries with one name the first counts. A file that `KUBECONFIG` or
    /// the home directory leads to may be missing; one that a flag names may not.
    case kubeconfig([String], mayBeMissing: Bool)
    case inCluster

    /// - Parameters:
    ///   - flag: the value of `--kubeconfig`; empty counts as not given.
    ///   - environment: of the process.
    /// - Returns: nil when nothing says where to look.
    package static func choose(flag: String?, environment: [String: String]) -> AccessSource? {
        if let flag, !flag.isEmpty { return .kubeconfig([flag], mayBeMissing: false) }
        let listed = (environment["KUBECONFIG"] ?? "").split(separator: ":").map(String.init)
        if !listed.isEmpty { return .kubeconfig(listed, mayBeMissing: true) }
        if InClusterAccess.isAdvertised(in: environment) { return .inCluster }
        guard let home = environment["HOME"], !home.isEmpty else { return nil }
        return .kubeconfig([home + "/.kube/config"], mayBeMissing: true)
    }
}

/// Reads a small file whole. Given by the program, which knows where blocking is allowed.
package typealias ReadFile = @Sendable (_ path: String) async throws -> [UInt8]

/// Turns the YAML of a kubeconfig into JSON. Absent in programs that ship without a YAML reader.
package typealias DecodeYAML = @Sendable (_ yaml: [UInt8]) throws -> [UInt8]

extension ClusterAccess {
    /// Finds the way to the API server.
    ///
    /// - Parameters:
    ///   - flag: the value of `--kubeconfig`.
    ///   - context: the kubeconfig's context to use; nil for its `current-context`.
    ///   - decodeYAML: nil reads kubeconfigs in JSON only.
    package static func load(
        flag: String? = nil, context: String? = nil, environment: [String: String], decodeYAML: DecodeYAML? = nil,
        readFile: ReadFile
    ) async throws(AccessError) -> ClusterAccess {
        switch AccessSource.choose(flag: flag, environment: environment) {
        case .inCluster: return try await InClusterAccess.load(environment: environment, readFile: readFile)
        case .kubeconfig(let paths, let mayBeMissing):
            var merged = Kubeconfig()
            var found = 0
            for path in paths {
                let bytes: [UInt8]
                do {
                    bytes = try await readFile(path)
                } catch {
                    // Of several files, those that exist count; of a single one, its absence is the answer.
                    guard mayBeMissing, paths.count > 1 else {
                        throw AccessError(.unreadableFile, "Cannot read the kubeconfig \(path)")
                    }
                    continue
                }
                merged.append(try Kubeconfig(bytes, path: path, decodeYAML: decodeYAML))
                found += 1
            }
            guard found > 0 else {
                throw AccessError(.unreadableFile, "None of the files in KUBECONFIG can be read")
            }
            return try merged.access(context: context)
        case nil:
            throw AccessError(.notInCluster, "Not in a pod, and neither --kubeconfig, KUBECONFIG nor HOME is set")
        }
    }
}
