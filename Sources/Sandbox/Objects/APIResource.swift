/// One kind of object that the API serves.
package struct APIResource: Hashable, Sendable {
    package let group: String
    /// Served versions, the preferred one first. Objects are stored once and differ in `apiVersion` only.
    package let versions: [String]
    package let plural: String
    package let singular: String
    package let kind: String
    package let shortNames: [String]
    package let isNamespaced: Bool
    /// Custom resources take no strategic merge patch.
    package let isCustom: Bool
    package let hasStatus: Bool
    /// A question that is answered and not stored.
    package let isReview: Bool

    private init(
        _ group: String, _ versions: [String], _ plural: String, _ kind: String, short: [String] = [],
        isNamespaced: Bool = true, isCustom: Bool = false, hasStatus: Bool = false, isReview: Bool = false
    ) {
        self.group = group
        self.versions = versions
        self.plural = plural
        self.kind = kind
        singular = kind.lowercased()
        shortNames = short
        self.isNamespaced = isNamespaced
        self.isCustom = isCustom
        self.hasStatus = hasStatus
        self.isReview = isReview
    }

    package static func == (left: APIResource, right: APIResource) -> Bool {
        left.group == right.group && left.plural == right.plural
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(group)
        hasher.combine(plural)
    }

    /// `secrets`, `tasks.kelos.dev`: how messages name it.
    package var qualifiedName: String { group.isEmpty ? plural : "\(plural).\(group)" }

    package func apiVersion(_ version: String) -> String { group.isEmpty ? version : "\(group)/\(version)" }

    package static let namespaces = APIResource(
        "", ["v1"], "namespaces", "Namespace", short: ["ns"], isNamespaced: false, hasStatus: true)
    package static let secrets = APIResource("", ["v1"], "secrets", "Secret")
    package static let pods = APIResource("", ["v1"], "pods", "Pod", short: ["po"], hasStatus: true)
    package static let events = APIResource("", ["v1"], "events", "Event", short: ["ev"])
    package static let services = APIResource("", ["v1"], "services", "Service", short: ["svc"], hasStatus: true)
    package static let endpoints = APIResource("", ["v1"], "endpoints", "Endpoints", short: ["ep"])
    package static let jobs = APIResource("batch", ["v1"], "jobs", "Job", hasStatus: true)
    package static let deployments = APIResource(
        "apps", ["v1"], "deployments", "Deployment", short: ["deploy"], hasStatus: true)
    package static let statefulSets = APIResource(
        "apps", ["v1"], "statefulsets", "StatefulSet", short: ["sts"], hasStatus: true)
    package static let leases = APIResource("coordination.k8s.io", ["v1"], "leases", "Lease")
    package static let newEvents = APIResource("events.k8s.io", ["v1"], "events", "Event", short: ["ev"])
    package static let webhooks = APIResource(
        "admissionregistration.k8s.io", ["v1"], "mutatingwebhookconfigurations", "MutatingWebhookConfiguration",
        isNamespaced: false)
    package static let accessReviews = APIResource(
        "authorization.k8s.io", ["v1"], "subjectaccessreviews", "SubjectAccessReview", isNamespaced: false,
        isReview: true)
    package static let localAccessReviews = APIResource(
        "authorization.k8s.io", ["v1"], "localsubjectaccessreviews", "LocalSubjectAccessReview", isReview: true)
    package static let tasks = kelos("tasks", "Task")
    package static let workspaces = kelos("workspaces", "Workspace")
    package static let workerPools = kelos("workerpools", "WorkerPool")
    package static let sessions = kelos("sessions", "Session")
    package static let taskSpawners = kelos("taskspawners", "TaskSpawner")
    package static let sessionSpawners = kelos("sessionspawners", "SessionSpawner")

    private static func kelos(_ plural: String, _ kind: String) -> APIResource {
        APIResource("kelos.dev", ["v1alpha2", "v1alpha1"], plural, kind, isCustom: true, hasStatus: true)
    }

    package static let all: [APIResource] = [
        namespaces, secrets, pods, events, services, endpoints, jobs, deployments, statefulSets, leases, newEvents,
        webhooks, accessReviews, localAccessReviews, tasks, workspaces, workerPools, sessions, taskSpawners,
        sessionSpawners,
    ]

    /// Whether an update may leave out the revision that it replaces.
    package var takesBlindUpdates: Bool { !isCustom && self != .leases }

    /// The resource that an object's `apiVersion` and `kind` name.
    package static func of(apiVersion: String, kind: String) -> APIResource? {
        all.first { resource in
            resource.kind == kind && resource.versions.contains { resource.apiVersion($0) == apiVersion }
        }
    }
}
