package import HTTPTransport
package import TokenRefresh

/// Mints installation tokens of GitHub Apps, and tries them.
package struct InstallationTokens: Sendable {
    /// What is asked for.
    package struct Order: Sendable {
        package let credentials: AppCredentials
        package let signer: AppSigner
        /// Checked against `TrustedHosts` by whoever orders.
        package let api: GitHubAPI
        package let scope: TokenScope

        package init(
            credentials: AppCredentials, signer: AppSigner, api: GitHubAPI, scope: TokenScope = TokenScope()
        ) {
            self.credentials = credentials
            self.signer = signer
            self.api = api
            self.scope = scope
        }
    }

    /// What came of an order, and what GitHub said on the way whether it worked or not.
    package struct Result: Equatable, Sendable {
        package let outcome: MintOutcome
        /// The `Date` of the last answer, from which a caller corrects its clock.
        package let serverTime: Timestamp?
        /// Of the last answer to a mint; nil without one.
        package let rateLimit: RateLimit?
        /// Requests that were sent, tries with a new token included.
        package let requests: Int
    }

    /// A new token may be unknown to some of GitHub's servers for up to five seconds (octokit/auth-app.js). The tries
    /// reach a second beyond them, or such a token would be thrown away, and the next one too.
    private static let verifyTries = 5
    private static let verifyPause: Duration = .milliseconds(1500)

    private let transport: any HTTPTransport
    private let agent: String
    private let now: @Sendable () -> Timestamp
    private let pause: @Sendable (Duration) async -> Void

    /// - Parameters:
    ///   - agent: `user-agent`, which GitHub demands.
    ///   - now: the wall clock, corrected as well as the caller can.
    ///   - pause: waits between tries with a token that is not known yet.
    package init(
        transport: any HTTPTransport, agent: String, now: @escaping @Sendable () -> Timestamp,
        pause: @escaping @Sendable (Duration) async -> Void
    ) {
        self.transport = transport
        self.agent = agent
        self.now = now
        self.pause = pause
    }

    /// Mints one token.
    ///
    /// - Parameter verifying: whether the token is tried before it is given out.
    package func mint(_ order: Order, verifying: Bool = true) async -> Result {
        var exchange = Exchange()
        do throws(RefreshFailure) {
            let minted = try await mint(order, &exchange)
            if verifying { try await verify(minted.token, at: order.api, &exchange) }
            return exchange.result(.minted(minted))
        } catch {
            return exchange.result(.failed(error))
        }
    }

    /// What has been seen so far.
    private struct Exchange {
        var serverTime: Timestamp?
        var rateLimit: RateLimit?
        var requests = 0

        mutating func note(_ response: IncomingResponse) {
            serverTime = response.value(of: "date").flatMap { Timestamp(httpDate: $0) } ?? serverTime
        }

        func result(_ outcome: MintOutcome) -> Result {
            Result(outcome: outcome, serverTime: serverTime, rateLimit: rateLimit, requests: requests)
        }
    }

    private func mint(_ order: Order, _ exchange: inout Exchange) async throws(RefreshFailure) -> MintedToken {
        let time = now()
        var response = try await ask(order, at: time, &exchange)
        // Once only: if GitHub's own time is not good enough for GitHub, no third one will be.
        if GitHubRefusal.blamesClock(response, jwtMadeAt: time), let serverTime = exchange.serverTime {
            response = try await ask(order, at: serverTime, &exchange)
        }
        let answered = exchange.serverTime ?? now()
        guard response.status == 201 else {
            throw GitHubRefusal.failure(response, doing: "minting a token", at: answered)
        }
        let answer = try TokenAnswer.read(response.body, scope: order.scope, at: answered)
        return MintedToken(token: answer.token, expiry: answer.expiry, apiURL: order.api.url)
    }

    private func ask(
        _ order: Order, at time: Timestamp, _ exchange: inout Exchange
    ) async throws(RefreshFailure) -> IncomingResponse {
        let jwt = try AppJWT.make(app: order.credentials.appID, at: time, signer: order.signer)
        let request = TokenRequest.mint(
            order.credentials, api: order.api, scope: order.scope, jwt: jwt, agent: agent)
        let response = try await send(request, doing: "minting a token", &exchange)
        exchange.rateLimit = RateLimit(response, at: time)
        return response
    }

    private func verify(
        _ token: SecretText, at api: GitHubAPI, _ exchange: inout Exchange
    ) async throws(RefreshFailure) {
        let request = TokenRequest.verify(api: api, token: token, agent: agent)
        for tried in 1...Self.verifyTries {
            let response = try await send(request, doing: "trying the new token", &exchange)
            switch response.status {
            case 200: return
            case 401 where tried < Self.verifyTries: await pause(Self.verifyPause)
            // All tokens of an installation share one limit, which their users may have used up: that must not keep
            // them from a token that GitHub knows.
            case 403, 429:
                guard GitHubRefusal.isRateLimit(response, at: now()) else { fallthrough }
                return
            default: throw unverified(response, at: exchange.serverTime ?? now())
            }
        }
    }

    /// Whatever is wrong with a token that was given a moment ago, the key and the installation are not: so it is tried
    /// again soon, unless GitHub asks to wait.
    private func unverified(_ response: IncomingResponse, at time: Timestamp) -> RefreshFailure {
        let failure = GitHubRefusal.failure(response, doing: "trying the new token", at: time)
        guard failure.failureClass == .permanent else { return failure }
        return RefreshFailure(.unverified, "trying the new token: GitHub answered \(response.status)")
    }

    private func send(
        _ request: OutgoingRequest, doing what: String, _ exchange: inout Exchange
    ) async throws(RefreshFailure) -> IncomingResponse {
        exchange.requests += 1
        do throws(TransportError) {
            let response = try await transport.send(request)
            exchange.note(response)
            return response
        } catch {
            throw GitHubRefusal.failure(error, doing: what)
        }
    }
}
