/// The paths that answer admission reviews. The raw value is the position of the path's metrics.
enum WebhookPath: Int, CaseIterable {
    /// controller-tools' form for the core group: an empty group between two dashes.
    case pod
    /// The same with one dash, as some configurations write it.
    case podAlias

    var text: StaticString {
        switch self {
        case .pod: "/mutate--v1-pod"
        case .podAlias: "/mutate-v1-pod"
        }
    }
}
