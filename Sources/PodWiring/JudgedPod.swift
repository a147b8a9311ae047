package import Kubernetes

/// One pod that has not ended, as the webhook would see it if it were created now.
package struct JudgedPod: Sendable, Equatable {
    /// What the webhook would add.
    package struct Lack: Sendable, Equatable {
        /// The Secret whose token it would mount.
        package let secret: String
        /// Names of the containers that it would change, separated by commas.
        package let containers: String

        package init(secret: String, containers: String) {
            self.secret = secret
            self.containers = containers
        }
    }

    /// Without labels and annotations.
    package let metadata: ObjectMetadata
    /// Nil if the webhook had nothing to add.
    package let lack: Lack?
    /// Whether a node has it: it is `Running`, or `Pending` on a node that pulls its images and is about to start it. One
    /// that waits for a node does not run and may never do.
    package let isOnNode: Bool
    /// Every Secret that the pod's volumes and variables name.
    package let secrets: Set<String>

    package var key: ObjectKey { metadata.key }
    package var label: String { "\(key.namespace)/\(key.name)" }
}
