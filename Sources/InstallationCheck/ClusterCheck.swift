internal import TokenRefresh

/// Whether the API server answers, and what time it has.
struct ClusterCheck {
    /// Host and port of the API server.
    let host: String

    /// An hour's token is judged by whole minutes.
    private static let warnAbove: Duration = .seconds(10)

    /// - Parameter version: the failure is a sentence.
    func apiServer(_ version: Reading<String>) -> CheckResult {
        switch version {
        case .found(let version): .ok(.apiServer, "Kubernetes \(version) at \(host)")
        case .missing, .forbidden:
            .ok(.apiServer, "\(host) answers, but does not tell its version to this user")
        case .failed(let message):
            .failed(
                .apiServer, message,
                mend: "look at the kubeconfig's server, authority and user: kubectl cluster-info says the same")
        }
    }

    /// - Parameter offset: the API server's clock less ours.
    func clock(_ offset: Duration?) -> CheckResult {
        guard let offset else { return .skipped(.clock, "not checked: the API server's answers carry no date") }
        let size = offset < .zero ? .zero - offset : offset
        let rounded = Duration.seconds(size.components.seconds)
        guard size > Self.warnAbove else {
            return .ok(.clock, "the API server's clock and the one here agree to \(Span.text(rounded + .seconds(1)))")
        }
        let message =
            "the API server's clock is \(Span.text(rounded)) " + (offset > .zero ? "ahead of" : "behind")
            + " the one here, and what follows goes by the API server's"
        let mend = "set both by NTP: timedatectl status"
        // As far off as a token is refreshed early.
        return size < RefreshPolicy.defaultMargin
            ? .warning(.clock, message, mend: mend)
            : .failed(.clock, message + "; tokens would end before they are refreshed", mend: mend)
    }
}
