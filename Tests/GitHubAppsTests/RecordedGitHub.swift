import GitHubApps
import HTTPTransport
import Synchronization
import TokenRefresh

/// Gives the answers it was told to, in turn, and keeps what was asked.
final class RecordedGitHub: HTTPTransport {
    typealias Answer = Swift.Result<IncomingResponse, TransportError>

    private struct State {
        var answers: [Answer]
        var requests: [OutgoingRequest] = []
        var pauses: [Duration] = []
    }

    private let state: Mutex<State>

    init(_ answers: Answer...) {
        state = Mutex(State(answers: answers))
    }

    var requests: [OutgoingRequest] { state.withLock { $0.requests } }
    var pauses: [Duration] { state.withLock { $0.pauses } }

    func note(pause: Duration) { state.withLock { $0.pauses.append(pause) } }

    func send(_ request: OutgoingRequest) async throws(TransportError) -> IncomingResponse {
        let answer: Answer = state.withLock { state in
            state.requests.append(request)
            guard !state.answers.isEmpty else { return .failure(TransportError(.closed, "no answer is left")) }
            return state.answers.removeFirst()
        }
        return try answer.get()
    }

    func stream(_ request: OutgoingRequest) async throws(TransportError) -> IncomingStream {
        throw TransportError(.invalidRequest, "GitHub is never watched")
    }
}

extension RecordedGitHub.Answer {
    static func status(_ status: Int, _ body: String = "", _ fields: [(name: String, value: String)] = []) -> Self {
        .success(IncomingResponse(status: status, fields: fields, body: Array(body.utf8)))
    }

    static func token(_ token: String = canaryToken, more: String = "") -> Self {
        .status(201, #"{"token":"\#(token)","expires_at":"2026-01-02T16:04:05Z"\#(more)}"#)
    }
}

let canaryToken = "ghs_canary_16C7e42F292c6912E7710c838347"
/// 2026-01-02T15:04:05Z.
let noon = Timestamp(seconds: 1_767_366_245)

/// Mints one token at noon from these answers, with a signer whose signature is always `signed`.
func mint(
    _ gitHub: RecordedGitHub, scope: TokenScope = TokenScope(), api: GitHubAPI = .gitHub, verifying: Bool = false,
    at time: Timestamp = noon
) async throws -> InstallationTokens.Result {
    let client = InstallationTokens(
        transport: gitHub, agent: "kelos-token/1.0", now: { time }, pause: { gitHub.note(pause: $0) })
    let credentials = try AppCredentials(appID: Array("12345".utf8), installationID: Array("67890\n".utf8))
    let signer = AppSigner { _ in Array("signed".utf8) }
    return await client.mint(
        .init(credentials: credentials, signer: signer, api: api, scope: scope), verifying: verifying)
}

/// The failure of a result that should be one.
func failure(_ result: InstallationTokens.Result) -> RefreshFailure? {
    if case .failed(let failure) = result.outcome { return failure }
    return nil
}

/// The token of a result that should be one.
func token(_ result: InstallationTokens.Result) -> MintedToken? {
    if case .minted(let token) = result.outcome { return token }
    return nil
}
