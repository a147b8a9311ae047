/// One list of mounts in `podOverrides`.
struct OverridesMounts: Sendable {
    /// Whom a mount is for, and with it what a mount over the token's would do.
    enum Owner: Sendable {
        /// Kelos, or the webhook for its pods, mounts the token there.
        case agent
        /// A container that takes `GITHUB_TOKEN` from a Secret: where it is the token's, the webhook mounts the file.
        case tokenContainer
        /// A container that nobody gives the token to.
        case otherContainer
    }

    let place: OverridesPlace
    let owner: Owner
    /// Nil for the mounts of the agent, which stand in `podOverrides` itself.
    let container: (list: ExtraList, index: Int)?

    /// Such as `spec.podOverrides.extraContainers[0].volumeMounts[1]`.
    func field(_ index: Int) -> String {
        "\(place.field)\(container.map { ".\($0.list.name)[\($0.index)]" } ?? "").volumeMounts[\(index)]"
    }
}
