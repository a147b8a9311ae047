import Testing
import TokenRefresh

@Suite struct SecretTests {
    private let annotations = [
        "kelos.dev/github-app-secret": "app", "kelos.dev/token-expires-at": "2026-01-02T15:04:05Z",
        "kelos.dev/github-token-mint-fingerprint": "abc",
    ]

    @Test("A Secret with the App's annotation is managed, one without is not")
    func managed() {
        let secret = ManagedSecret(resourceVersion: "7", annotations: annotations)
        #expect(secret?.configuration == RefreshConfiguration(appSecret: "app"))
        #expect(secret?.expiry == noon)
        #expect(ManagedSecret(resourceVersion: "7", annotations: [:]) == nil)
        #expect(ManagedSecret(resourceVersion: "7", annotations: ["kelos.dev/github-app-secret": ""]) == nil)
    }

    @Test("An expiry that cannot be read, or a token that is not there, is none")
    func noExpiry() {
        var broken = annotations
        broken["kelos.dev/token-expires-at"] = "soon"
        #expect(ManagedSecret(resourceVersion: "7", annotations: broken)?.expiry == nil)
        #expect(ManagedSecret(resourceVersion: "7", annotations: annotations, holdsToken: false)?.expiry == nil)
        #expect(ManagedSecret(resourceVersion: "7", annotations: annotations, holdsToken: true)?.expiry == noon)
    }

    @Test("A token is hidden wherever it is printed")
    func hidden() {
        let canary = "ghs_canary"
        let minted = MintedToken(token: SecretText(canary), expiry: noon, apiURL: "https://api.github.com")
        var dumped = ""
        dump(minted, to: &dumped)
        let action = RefreshAction.write(minted, resourceVersion: "1")
        for text in [
            "\(SecretText(canary))", String(reflecting: minted), "\(minted)", dumped, "\(action)",
            "\(MintOutcome.minted(minted))", String(describing: Mirror(reflecting: SecretText(canary)).children.count),
        ] {
            #expect(!text.contains("canary"))
        }
        #expect("\(SecretText(canary))" == "<redacted>")
    }

    private func candidate(
        _ name: String, kind: String = "Task", owner: String = "fix", apiVersion: String = "kelos.dev/v1alpha2",
        annotations: [String: String] = [:]
    ) -> AdoptionCandidate {
        AdoptionCandidate(
            name: name, resourceVersion: "9", created: noon,
            controller: .init(apiVersion: apiVersion, kind: kind, name: owner), annotations: annotations)
    }

    private static let long = String(repeating: "s", count: 60)

    @Test(
        "Derived Secrets of Tasks, WorkerPools and Sessions are candidates",
        arguments: [
            ("fix-github-token", "Task", "fix"), ("pool-github-token", "WorkerPool", "pool"),
            ("chat-session-github-token", "Session", "chat"),
            (String(repeating: "s", count: 54) + "-0a1b2c3f", "Session", SecretTests.long),
        ])
    func candidates(_ name: String, _ kind: String, _ owner: String) {
        #expect(Adoption.isCandidate(candidate(name, kind: kind, owner: owner)))
        #expect(Adoption.isCandidate(candidate(name, kind: kind, owner: owner, apiVersion: "kelos.dev/v1alpha1")))
    }

    @Test(
        "Other Secrets are left alone",
        arguments: [
            ("fix-config", "Task", "fix"), ("other-github-token", "Task", "fix"),
            ("fix-github-token", "Workspace", "fix"), ("fix-github-token", "Session", "fix"),
            ("chat-session-github-token", "Task", "chat"),
            (String(repeating: "s", count: 54) + "-0a1b2c3g", "Session", SecretTests.long),
            (String(repeating: "t", count: 54) + "-0a1b2c3f", "Session", SecretTests.long),
        ])
    func noCandidates(_ name: String, _ kind: String, _ owner: String) {
        #expect(!Adoption.isCandidate(candidate(name, kind: kind, owner: owner)))
    }

    @Test("A Secret of another group, without controller, or with our annotation is no candidate")
    func foreign() {
        #expect(!Adoption.isCandidate(candidate("fix-github-token", apiVersion: "kelos.dev.evil/v1")))
        #expect(!Adoption.isCandidate(candidate("fix-github-token", apiVersion: "batch/v1")))
        #expect(!Adoption.isCandidate(candidate("fix-github-token", annotations: annotations)))
        #expect(
            !Adoption.isCandidate(
                AdoptionCandidate(name: "fix-github-token", resourceVersion: "9", created: noon, controller: nil)))
    }

    @Test("Adoption names the App's Secret, with an hour from the Secret's creation")
    func adopts() {
        let decision = Adoption.decide(
            candidate("fix-github-token"), source: "app",
            sourceKeys: ["appID", "installationID", "privateKey", "GITHUB_TOKEN"])
        #expect(decision?.appSecret == "app")
        #expect(decision?.expiry == noon + .seconds(3600))
    }

    @Test("A PAT, a Workspace without Secret and a Secret that is its own source are not adopted")
    func doesNotAdopt() {
        let secret = candidate("fix-github-token")
        #expect(Adoption.decide(secret, source: "pat", sourceKeys: ["GITHUB_TOKEN"]) == nil)
        #expect(Adoption.decide(secret, source: "app", sourceKeys: ["appID", "privateKey"]) == nil)
        #expect(Adoption.decide(secret, source: nil, sourceKeys: Adoption.appKeys) == nil)
        #expect(Adoption.decide(secret, source: "fix-github-token", sourceKeys: Adoption.appKeys) == nil)
    }
}
