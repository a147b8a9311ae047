import GitHubApps
import HTTPTransport
import Testing
import TokenRefresh

@Suite struct SkewAndVerificationTests {
    private static let date: (name: String, value: String) = ("date", "Fri, 02 Jan 2026 15:04:05 GMT")
    private let tooFar = #"{"message":"'Expiration time' claim ('exp') is too far in the future"}"#

    /// The JWT's times, read back from the request.
    private func payload(_ request: OutgoingRequest?) -> Substring? {
        request?.fields.first { $0.name == "authorization" }?.value.split(separator: ".").dropFirst().first
    }

    @Test("A clock that is a day off is corrected once by GitHub's date")
    func corrects() async throws {
        for skew in [86_400, -86_400, 300, -300] {
            let gitHub = RecordedGitHub(.status(401, tooFar, [Self.date]), .token())
            let result = try await mint(gitHub, at: noon + .seconds(skew))
            #expect(token(result)?.expiry == noon + .seconds(3600))
            #expect(gitHub.requests.count == 2)
            #expect(result.serverTime == noon)
            let right = RecordedGitHub(.token())
            _ = try await mint(right)
            #expect(payload(gitHub.requests.last) == payload(right.requests.first))
        }
    }

    @Test("A 401 without words about time is tried again when the date says that the clock is off")
    func correctsByDate() async throws {
        let gitHub = RecordedGitHub(.status(401, "{}", [Self.date]), .token())
        #expect(token(try await mint(gitHub, at: noon - .seconds(61))) != nil)
    }

    @Test("A second 401 is final, and so is one with the right time or without any")
    func onlyOnce() async throws {
        let twice = RecordedGitHub(.status(401, tooFar, [Self.date]), .status(401, tooFar, [Self.date]), .token())
        #expect(failure(try await mint(twice))?.cause == .appUnauthorized)
        #expect(twice.requests.count == 2)
        let right = RecordedGitHub(.status(401, "{}", [Self.date]), .token())
        #expect(failure(try await mint(right, at: noon + .seconds(60)))?.cause == .appUnauthorized)
        let dateless = RecordedGitHub(.status(401, tooFar), .token())
        #expect(failure(try await mint(dateless))?.cause == .appUnauthorized)
    }

    @Test("A new token that GitHub does not know yet is tried again for more than five seconds")
    func replication() async throws {
        let gitHub = RecordedGitHub(.token(), .status(401), .status(401), .status(401), .status(401), .status(200))
        #expect(token(try await mint(gitHub, verifying: true)) != nil)
        #expect(gitHub.pauses == Array(repeating: .milliseconds(1500), count: 4))
    }

    @Test("A token that stays unknown is not given out, and the failure is transient")
    func unknown() async throws {
        let gitHub = RecordedGitHub(
            .token(), .status(401), .status(401), .status(401), .status(401), .status(401), .status(200))
        let result = try await mint(gitHub, verifying: true)
        #expect(failure(result) == RefreshFailure(.unverified, "trying the new token: GitHub answered 401"))
        #expect(gitHub.requests.count == 6)
    }

    @Test(
        "Another failed trial keeps the token back",
        arguments: [
            (404, .unverified), (403, .unverified), (500, .serverError), (302, .unusableAnswer),
        ] as [(Int, RefreshFailure.Cause)])
    func fails(_ status: Int, _ cause: RefreshFailure.Cause) async throws {
        let result = try await mint(RecordedGitHub(.token(), .status(status)), verifying: true)
        #expect(failure(result)?.cause == cause)
        #expect(failure(result)?.failureClass == .transient)
    }

    @Test("A used-up limit of the installation does not keep a good token back")
    func usedUp() async throws {
        let primary = RecordedGitHub(.token(), .status(403, "{}", [("x-ratelimit-remaining", "0")]))
        #expect(token(try await mint(primary, verifying: true)) != nil)
        let secondary = RecordedGitHub(.token(), .status(429, "{}"))
        #expect(token(try await mint(secondary, verifying: true)) != nil)
    }

    @Test("No canary is in anything that can be printed")
    func canaries() async throws {
        let echo = #"{"message":"\#(canaryToken) is bad"}"#
        let results = [
            try await mint(RecordedGitHub(.token()), verifying: false),
            try await mint(RecordedGitHub(.token(), .status(500, echo)), verifying: true),
            try await mint(RecordedGitHub(.status(422, echo))),
        ]
        for result in results {
            var dumped = ""
            dump(result, to: &dumped)
            for text in ["\(result)", String(reflecting: result), dumped] { #expect(!text.contains("canary")) }
        }
    }
}
