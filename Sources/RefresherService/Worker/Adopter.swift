internal import Kubernetes
internal import TokenRefresh

/// Finds out whether a Secret without annotations is the token of a GitHub App, and annotates it.
struct Adopter: Sendable {
    private let client: KubernetesClient
    private let kelos: KelosReader
    private let isDryRun: Bool
    private let mayAct: @Sendable () -> Bool

    init(_ client: KubernetesClient, isDryRun: Bool, mayAct: @escaping @Sendable () -> Bool) {
        self.client = client
        kelos = KelosReader(client)
        self.isDryRun = isDryRun
        self.mayAct = mayAct
    }

    func judge(_ candidate: AdoptionCandidate, of owner: KelosOwner, in namespace: String) async -> AdoptionVerdict {
        do throws(KubernetesError) {
            guard let sheet = try await kelos.owner(owner, in: namespace), !sheet.isFinished else { return .over }
            guard let name = sheet.workspace,
                let source = try await kelos.workspace(name, of: owner, in: namespace)?.secret
            else { return .notYet(source: nil) }
            let keys = try await keys(of: ObjectKey(namespace: namespace, name: source))
            guard let adoption = Adoption.decide(candidate, source: source, sourceKeys: keys) else {
                return .notYet(source: source)
            }
            guard !isDryRun else { return .wouldAdopt(source: source) }
            guard mayAct() else { return .notYet(source: source) }
            return try await adopt(candidate, adoption, in: namespace)
        } catch {
            // Somebody has written it since, and the watch shows what.
            return error.code == .conflict || error.code == .notFound ? .notYet(source: nil) : .failed(.cluster(error))
        }
    }

    /// - Returns: none for a Secret that is not there.
    private func keys(of source: ObjectKey) async throws(KubernetesError) -> Set<String> {
        do throws(KubernetesError) {
            return try await client.secret(source, selecting: MetadataSelection()).keys
        } catch {
            guard error.code == .notFound else { throw error }
            return []
        }
    }

    private func adopt(
        _ candidate: AdoptionCandidate, _ adoption: Adoption.Decision, in namespace: String
    ) async throws(KubernetesError) -> AdoptionVerdict {
        let patch = MergePatch(
            resourceVersion: candidate.resourceVersion,
            annotations: [
                RefreshAnnotation.appSecret: adoption.appSecret,
                RefreshAnnotation.expiresAt: adoption.expiry.rfc3339,
            ])
        let adopted = try await client.patch(
            .secrets, ObjectKey(namespace: namespace, name: candidate.name), patch,
            selecting: WatchedMetadata.selection)
        return .adopted(adopted, source: adoption.appSecret)
    }
}
