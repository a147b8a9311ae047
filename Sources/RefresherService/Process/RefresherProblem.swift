/// The refresher could not start, could not go on, or a single pass left something undone. What happened is in the log.
package struct RefresherFailure: Error {}

/// Why the refresher cannot start: one sentence without a final full stop, for the log.
struct RefresherProblem: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    static let noLeaseNamespace = RefresherProblem(
        "No namespace for the Lease: outside a cluster, give --leader-elect-lease-namespace or --leader-elect=false")

    static let noCertificateNamespace = RefresherProblem(
        "No namespace for the webhook's certificates: outside a cluster, give --webhook-certificate-namespace")

    static let serverName = RefresherProblem(
        "The kubeconfig sets tls-server-name, which is not supported: name the server as its certificate does")
}
