package import RawJSON

/// The kinds of kelos.dev that pods are made from.
package enum KelosKind: CaseIterable, Sendable {
    case task
    case taskSpawner
    case workerPool
    case session
    case sessionSpawner

    package static var group: StaticString { "kelos.dev" }

    package var name: StaticString {
        switch self {
        case .task: "Task"
        case .taskSpawner: "TaskSpawner"
        case .workerPool: "WorkerPool"
        case .session: "Session"
        case .sessionSpawner: "SessionSpawner"
        }
    }

    /// The field of `spec` that holds the template of what a spawner makes; nil for what becomes a pod itself.
    var template: StaticString? {
        switch self {
        case .task, .workerPool, .session: nil
        case .taskSpawner: "taskTemplate"
        case .sessionSpawner: "sessionTemplate"
        }
    }

    /// - Parameter kind: a `group`, `version` and `kind`, as a review names them. Any version will do: one that is not known
    ///   yet is looked at for what is there.
    package init?(_ kind: JSONValue) {
        guard let group = kind.field("group"), group.isText(Self.group), let name = kind.field("kind") else {
            return nil
        }
        self.init { name.isText($0) }
    }

    /// - Parameters:
    ///   - apiVersion: such as `kelos.dev/v1alpha2`.
    ///   - kind: such as `Task`.
    package init?(apiVersion: String, kind: String) {
        guard apiVersion.hasPrefix("\(Self.group)/") else { return nil }
        self.init { "\($0)" == kind }
    }

    private init?(isNamed: (StaticString) -> Bool) {
        guard let kind = Self.allCases.first(where: { isNamed($0.name) }) else { return nil }
        self = kind
    }
}
