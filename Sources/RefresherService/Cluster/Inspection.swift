internal import Kubernetes
internal import TokenRefresh

/// What a mint goes by, as it was found by the look before it.
struct MintPlan: Equatable, Sendable {
    let api: GitHubAPI
    let source: ObjectKey
    let sourceVersion: String
    let scope: TokenScope
}

/// What is looked at.
struct InspectedSecret: Sendable {
    let key: ObjectKey
    let configuration: RefreshConfiguration
    let owner: KelosOwner?
    /// Of the last look; kept where this one cannot tell.
    let sourceVersion: String?
}

/// Looks at everything that decides whether and how a Secret's token is minted.
struct Inspection: Sendable {
    private let client: KubernetesClient
    private let kelos: KelosReader
    private let endpoints: EndpointChoice

    init(_ client: KubernetesClient, endpoints: EndpointChoice) {
        self.client = client
        kelos = KelosReader(client)
        self.endpoints = endpoints
    }

    /// - Returns: with a token that is needed, the plan to mint it by.
    func look(_ secret: InspectedSecret) async -> (findings: RefreshFindings, plan: MintPlan?) {
        var version = secret.sourceVersion
        do throws(RefreshFailure) {
            let (activity, workspace) = try await owner(of: secret)
            let use = TokenUse(of: activity)
            guard use == .needed else { return (.use(use, sourceVersion: version), nil) }
            let source = ObjectKey(namespace: secret.key.namespace, name: secret.configuration.appSecret)
            version = nil
            let seen = try await sourceVersion(source)
            version = seen
            let plan = MintPlan(
                api: try endpoints.api(for: secret.configuration, workspace: workspace), source: source,
                sourceVersion: seen, scope: try TokenScope(secret.configuration))
            return (.use(.needed, sourceVersion: seen), plan)
        } catch {
            let isUnknown = error.cause == .clusterUnavailable
            return (.failed(error, sourceVersion: isUnknown ? version ?? secret.sourceVersion : version), nil)
        }
    }

    private func owner(
        of secret: InspectedSecret
    ) async throws(RefreshFailure) -> (activity: OwnerActivity, workspace: WorkspaceReading) {
        guard let owner = secret.owner else { return (.unowned, .none) }
        let namespace = secret.key.namespace
        do throws(KubernetesError) {
            guard let sheet = try await kelos.owner(owner, in: namespace) else { return (.missing, .none) }
            let activity = try await activity(of: owner, sheet, in: namespace)
            guard TokenUse(of: activity) == .needed, EndpointChoice.needsWorkspace(secret.configuration) else {
                return (activity, .none)
            }
            return (activity, await workspace(of: owner, sheet, in: namespace))
        } catch {
            throw .cluster(error)
        }
    }

    private func activity(
        of owner: KelosOwner, _ sheet: OwnerSheet, in namespace: String
    ) async throws(KubernetesError) -> OwnerActivity {
        switch owner.kind {
        case .task:
            let job = try await kelos.job(of: owner, sheet, in: namespace)
            return .task(active: job?.active ?? 0, finished: sheet.isFinished || job?.isFinished == true)
        case .workerPool, .session:
            return .replicas(try await kelos.statefulSet(of: owner, sheet, in: namespace)?.replicas ?? 0)
        }
    }

    private func workspace(of owner: KelosOwner, _ sheet: OwnerSheet, in namespace: String) async -> WorkspaceReading {
        guard let name = sheet.workspace else { return .none }
        do throws(KubernetesError) {
            guard let found = try await kelos.workspace(name, of: owner, in: namespace) else {
                let named = KubernetesName.isSubdomain(name) ? name : "of the name that is written there"
                return .unreadable("there is no Workspace \(named)")
            }
            return found.repository.map { .repository($0) } ?? .none
        } catch {
            return .unreadable(error.message)
        }
    }

    private func sourceVersion(_ source: ObjectKey) async throws(RefreshFailure) -> String {
        let seen: ObjectMetadata
        do throws(KubernetesError) {
            seen = try await client.metadata(.secrets, source, selecting: WatchedMetadata.selection)
        } catch {
            throw error.code == .notFound ? .missingSource(source.name) : .cluster(error)
        }
        // Each refresh would change the source, and each change of the source would ask for a refresh.
        guard seen.annotations[RefreshAnnotation.appSecret] == nil else {
            throw RefreshFailure(
                .invalidSource,
                "Secret \(source.name) holds a token that is refreshed itself, so it cannot be a GitHub App's")
        }
        return seen.resourceVersion
    }
}
