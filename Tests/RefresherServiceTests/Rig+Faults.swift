import RefresherSimulation
import Sandbox

extension Rig {
    /// GitHub takes so long to answer who asks for the next token.
    func delayMint(milliseconds: Int) {
        sandbox.spoilGitHub(count: 1) {
            ($0.method, $0.path, $0.delayMilliseconds) = ("POST", "/access_tokens", milliseconds)
        }
    }

    /// Writes of the Secret "token" are spoilt until `count` have been.
    func spoilWrites(count: Int = 1, status: UInt16, _ change: (inout Fault) -> Void = { _ in }) {
        sandbox.spoilKubernetes(count: count) {
            ($0.method, $0.path, $0.status) = ("PATCH", "/secrets/token", status)
            change(&$0)
        }
    }

    /// As if somebody else had written the Secret "token" just before.
    func refuseNextWrite() { spoilWrites(status: 409) { $0.reason = "Conflict" } }

    /// Requests for what has `path` in its path lack a right, until `count` have been.
    func forbid(_ path: String, count: Int = Int.max) {
        sandbox.spoilKubernetes(count: count) { ($0.path, $0.status, $0.reason) = (path, 403, "Forbidden") }
    }

    /// Writes of the Secret "token", those that were refused too.
    var tokenWrites: [LoggedRequest] {
        sandbox.log.requests { $0.method == "PATCH" && $0.path.hasSuffix("/secrets/token") }
    }
}
