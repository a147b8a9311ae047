import PodManifests
import Sandbox
import TokenRefresh

/// Tells the audit of every token that GitHub gives, also when the answer is then lost.
struct MintWitness: SandboxService {
    private let gitHub: any SandboxService
    private let audit: TokenAudit

    init(_ gitHub: any SandboxService, _ audit: TokenAudit) {
        self.gitHub = gitHub
        self.audit = audit
    }

    func answer(_ request: SandboxRequest) -> SandboxAnswer {
        let answer = gitHub.answer(request)
        if let given = answer.whole, given.status == 201, let value = try? ManifestValue(json: given.body),
            let token = value["token"]?.string, let text = value["expires_at"]?.string,
            let expiry = Timestamp(rfc3339: text)
        {
            audit.note(token, expiry: expiry.seconds, path: request.path)
        }
        return answer
    }
}
