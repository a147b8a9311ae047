internal import Admission

/// The paths that answer admission reviews. The raw value is the position of the path's metrics.
enum WebhookPath: Int, CaseIterable {
    /// controller-tools' form for the core group: an empty group between two dashes.
    case pod
    /// The same with one dash, as some configurations write it.
    case podAlias
    /// All kinds of kelos.dev that pods are made from.
    case kelosObjects

    var text: StaticString {
        switch self {
        case .pod: "/mutate--v1-pod"
        case .podAlias: "/mutate-v1-pod"
        case .kelosObjects: "/mutate-kelos-dev"
        }
    }

    /// What reviews on this path are decided by.
    var rules: ReviewRules {
        switch self {
        case .pod, .podAlias: .pods
        case .kelosObjects: .kelosObjects
        }
    }
}
