/// The paths that answer admission reviews.
enum WebhookPath {
    /// controller-tools' form for the core group: an empty group between two dashes.
    static let pod: StaticString = "/mutate--v1-pod"
    /// The same with one dash, as some configurations write it.
    static let podAlias: StaticString = "/mutate-v1-pod"
}
