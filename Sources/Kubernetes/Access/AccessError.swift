/// Why there is no way to an API server. Found before the first request, so a program says it and exits.
package struct AccessError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Code: String, Equatable, Sendable, CaseIterable {
        /// Not in a pod, or the pod has no service-account token.
        case notInCluster = "not-in-cluster"
        case unreadableFile = "unreadable-file"
        /// The kubeconfig is not what kubectl writes.
        case malformed
        /// A context, cluster or user that is named but not there.
        case missingEntry = "missing-entry"
        /// A way to log in that this client does not have.
        case unsupported
        /// A server that a credential must not be sent to.
        case insecure
    }

    package let code: Code
    /// One sentence without a final full stop; it names files and entries, never their contents.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
