import PodManifests
import RefresherSimulation
import Sandbox

extension Stage {
    /// Requests that ask GitHub for a token, those that were refused too.
    func mintRequests(in interval: Range<Duration>? = nil) -> [LoggedRequest] {
        sandbox.log.requests(in: interval, where: \.isMint)
    }

    /// Writes to Secrets.
    func secretPatches(in interval: Range<Duration>? = nil) -> [LoggedRequest] {
        sandbox.log.requests(in: interval) { $0.method == "PATCH" && $0.path.contains("/secrets/") }
    }
}
