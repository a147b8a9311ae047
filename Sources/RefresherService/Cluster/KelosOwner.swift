internal import Kubernetes

/// The object of Kelos that a Secret's token is for.
struct KelosOwner: Equatable, Sendable {
    enum Kind: String, Sendable {
        case task = "Task"
        case workerPool = "WorkerPool"
        case session = "Session"

        var plural: String {
            switch self {
            case .task: "tasks"
            case .workerPool: "workerpools"
            case .session: "sessions"
            }
        }
    }

    static let group = "kelos.dev"
    /// Where the version that an owner reference names is not served any more, these are tried.
    static let knownVersions = ["v1alpha2", "v1alpha1"]

    let kind: Kind
    let version: String
    let name: String
    let uid: String

    /// Nil for a controller that is not one of Kelos's, and for none.
    init?(_ controller: ObjectMetadata.Owner?) {
        guard let controller, let kind = Kind(rawValue: controller.kind) else { return nil }
        let parts = controller.apiVersion.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == Self.group, !parts[1].isEmpty, !controller.name.isEmpty else { return nil }
        self.kind = kind
        version = String(parts[1])
        name = controller.name
        uid = controller.uid
    }

    /// The versions to ask for, in order.
    var versions: [String] { [version] + Self.knownVersions.filter { $0 != version } }
}
