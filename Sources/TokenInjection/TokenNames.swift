/// The names of the contract between Kelos, this project and a pod's author. They are computed, so that using one costs no
/// lookup and no lock.
package enum TokenNames {
    package static var volume: StaticString { "kelos-github-token" }
    package static var wrapperVolume: StaticString { "kelos-gh-wrapper" }
    package static var mountPath: StaticString { "/kelos/github-token" }

    /// Debian's and Alpine's gh is in `/usr/bin`, which stands behind this folder on the PATH of nearly every image.
    package static var wrapperPath: StaticString { "/usr/local/bin/gh" }

    /// The wrapper's name inside its volume.
    package static var wrapperFileName: StaticString { "gh" }

    /// The file's name inside the volume, and the default key of the Secret.
    package static var fileName: StaticString { "GITHUB_TOKEN" }
    package static var filePath: StaticString { "/kelos/github-token/GITHUB_TOKEN" }

    package static var agentContainer: StaticString { "kelos-agent" }

    /// Of a pod. Their comments are the README's.
    package enum Label {
        /// `kelos-controller`, together with the next one: a pod of Kelos, which is wired.
        package static var managedBy: StaticString { "kelos.dev/managed-by" }
        /// `task`, `session` or `worker`: the kinds of Kelos's pods that are wired.
        package static var component: StaticString { "kelos.dev/component" }
        /// `enabled` opts any pod in; `disabled` opts any pod out, one of Kelos too.
        package static var token: StaticString { "kelos.dev/github-token" }
        /// `enabled` mounts the wrapper of gh in the containers that are wired.
        package static var wrapper: StaticString { "kelos.dev/gh-wrapper" }
    }

    /// Of a pod. Their comments are the README's.
    package enum Annotation {
        /// The Secret with the token. Without it: the one of a `GITHUB_TOKEN` that comes from a Secret.
        package static var secret: StaticString { "kelos.dev/github-token-secret" }
        /// Containers to wire besides those whose `GITHUB_TOKEN` comes from the Secret, comma-separated.
        package static var containers: StaticString { "kelos.dev/github-token-containers" }
        /// Set by a kubelet on the API's image of a static pod (k8s.io/kubernetes/pkg/kubelet/types).
        package static var mirror: StaticString { "kubernetes.io/config.mirror" }
        /// Written: the script that is mounted as gh.
        package static var wrapperScript: StaticString { "kelos.dev/gh-wrapper-script" }
    }

    package enum Variable {
        package static var token: StaticString { "GITHUB_TOKEN" }
        package static var tokenFile: StaticString { "KELOS_GITHUB_TOKEN_FILE" }
        package static var ghToken: StaticString { "GH_TOKEN" }
        package static var ghEnterpriseToken: StaticString { "GH_ENTERPRISE_TOKEN" }
        package static var ghHost: StaticString { "GH_HOST" }
        package static var gitConfigCount: StaticString { "GIT_CONFIG_COUNT" }
    }
}
