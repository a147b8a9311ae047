import TokenRefresh

/// A machine under test, with its clock and its chance.
struct Machine {
    static let api = "https://api.github.com"

    var refresh: SecretRefresh
    var now: Timestamp
    var chance = FixedGenerator.none

    /// - Parameter life: of the token in the Secret; nil without one.
    init(life: Duration?, policy: RefreshPolicy = RefreshPolicy(), at now: Timestamp = noon) {
        self.now = now
        refresh = SecretRefresh(Self.secret(expiry: life.map { now + $0 }), policy: policy, at: now, using: &chance)
    }

    static func secret(
        _ version: String = "1", expiry: Timestamp?, configuration: RefreshConfiguration = .init(appSecret: "app")
    ) -> ManagedSecret {
        ManagedSecret(resourceVersion: version, configuration: configuration, expiry: expiry)
    }

    /// A token that GitHub gives now.
    func token(life: Duration = .seconds(3600)) -> MintedToken {
        MintedToken(token: SecretText("ghs_canary"), expiry: now + life, apiURL: Self.api)
    }

    mutating func wake() -> [RefreshAction] { refresh.wake(at: now) }

    mutating func looked(_ findings: RefreshFindings = .use(.needed, sourceVersion: "s1")) -> [RefreshAction] {
        refresh.looked(findings, at: now)
    }

    mutating func minted(_ outcome: MintOutcome) -> [RefreshAction] { refresh.minted(outcome, at: now) }

    mutating func written(_ outcome: WriteOutcome) -> [RefreshAction] {
        refresh.written(outcome, at: now, using: &chance)
    }

    mutating func reread(_ secret: ManagedSecret?) -> [RefreshAction] {
        refresh.reread(secret, at: now, using: &chance)
    }

    mutating func observed(_ secret: ManagedSecret) -> [RefreshAction] {
        refresh.observed(secret, at: now, using: &chance)
    }

    mutating func sourceChanged(to version: String?) -> [RefreshAction] {
        refresh.sourceChanged(to: version, at: now, using: &chance)
    }

    /// From being due to having minted.
    mutating func mint() -> MintedToken {
        let token = token()
        _ = wake()
        _ = looked()
        _ = minted(.minted(token))
        return token
    }

    /// One whole try that fails.
    mutating func fail(_ failure: RefreshFailure) -> [RefreshAction] {
        guard wake() == [.look], looked() == [.mint] else { return [] }
        return minted(.failed(failure))
    }
}

extension [RefreshAction] {
    /// The only wait among them.
    var wait: Duration? {
        let waits = compactMap { if case .wait(let span) = $0 { span } else { nil } }
        return waits.count == 1 ? waits.first : nil
    }

    var events: [RefreshEvent] {
        compactMap { if case .event(let event) = $0 { event } else { nil } }
    }
}
