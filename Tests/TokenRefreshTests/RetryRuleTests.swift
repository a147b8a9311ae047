import Testing
import TokenRefresh

@Suite struct RetryRuleTests {
    /// The delays of a refresh that fails each time, and at once.
    private func delays(_ count: Int, remaining: Duration?, asked: Duration? = nil) -> [Duration] {
        var left = remaining
        return (0..<count).map { _ in
            let delay = RetryRule.delay(remaining: left, asked: asked)
            left = left.map { $0 - delay }
            return delay
        }
    }

    @Test("The first ten delays of a token with a minute left halve until it expires, then are 30 s")
    func lastMinute() {
        #expect(
            delays(10, remaining: .seconds(60)) == [
                .seconds(30), .seconds(15), .milliseconds(7500), .milliseconds(3750), .milliseconds(1875), .seconds(1),
                .seconds(1), .seconds(30), .seconds(30), .seconds(30),
            ])
    }

    @Test("The first ten delays of a token in its five-minute margin are 30 s but the last, which is a half again")
    func wholeMargin() {
        #expect(
            delays(10, remaining: .seconds(300)) == Array(repeating: .seconds(30), count: 9) + [.seconds(15)])
    }

    @Test("The first ten delays without a token, or after it expired, are 30 s")
    func noToken() {
        #expect(delays(10, remaining: nil) == Array(repeating: .seconds(30), count: 10))
        #expect(delays(10, remaining: .zero) == Array(repeating: .seconds(30), count: 10))
        #expect(delays(10, remaining: .seconds(-9000)) == Array(repeating: .seconds(30), count: 10))
    }

    @Test(
        "One failure waits as the table says",
        arguments: [
            // remaining s, asked s, delay ms
            (3600, nil, 30_000), (61, nil, 30_000), (59, nil, 29_500), (2, nil, 1000), (1, nil, 1000),
            (600, 1, 30_000), (600, 30, 30_000), (600, 45, 45_000), (600, 599, 599_000),
            // Longer than the token lives: one more try ten seconds before it expires.
            (600, 600, 590_000), (600, 2400, 590_000), (21, 2400, 11_000),
            (20, 2400, 10_000), (12, 2400, 6000), (10, 2400, 5000), (6, 2400, 5000),
            // Nothing is left to be in time for: what the server asks is what it gets, up to an hour.
            (0, 2400, 2_400_000), (-5, 45, 45_000), (-5, 3, 30_000), (0, 86_400, 3_600_000),
            (600, -7, 30_000),
        ] as [(Int, Int?, Int)])
    func table(_ remaining: Int, _ asked: Int?, _ expected: Int) {
        #expect(
            RetryRule.delay(remaining: .seconds(remaining), asked: asked.map { .seconds($0) })
                == .milliseconds(expected))
    }

    @Test("A limited client with a long wait before it is called three times before the token expires")
    func limitedDoesNotHammer() {
        #expect(
            delays(4, remaining: .seconds(300), asked: .seconds(2400))
                == [.seconds(290), .seconds(5), .seconds(5), .seconds(2400)])
    }

    @Test("No delay is below a second, and a try always fits before expiry while more than five seconds are left")
    func bounds() {
        var chance = SeededGenerator(62)
        for _ in 0..<20_000 {
            let remaining = Duration.milliseconds(Int64.random(in: -100_000...4_000_000, using: &chance))
            let asked: Duration? =
                Bool.random(using: &chance)
                ? nil : .milliseconds(Int64.random(in: -1000...9_000_000, using: &chance))
            let delay = RetryRule.delay(remaining: remaining, asked: asked)
            #expect(delay >= .seconds(1) && delay <= .seconds(3600))
            #expect(remaining <= .seconds(5) || delay < remaining)
            #expect(asked != nil || delay <= .seconds(30))
        }
    }

    @Test("The secondary limit without a time waits a minute, then twice as long, up to a quarter of an hour")
    func secondaryLimit() {
        let failure = RefreshFailure(.secondaryLimit, "slow down")
        let waits = (0..<10).map { RetryRule.delay(after: failure, remaining: nil, limitedBefore: $0) }
        #expect(waits.map(\.components.seconds) == [60, 120, 240, 480, 900, 900, 900, 900, 900, 900])
    }

    @Test("What only a change can mend is tried every five minutes, whatever is left")
    func permanent() {
        let failure = RefreshFailure(.installationNotFound, "gone", after: .seconds(1))
        #expect(RetryRule.delay(after: failure, remaining: .seconds(20)) == .seconds(300))
    }

    @Test("A transient failure honours Retry-After")
    func transient() {
        let failure = RefreshFailure(.serverError, "503", after: .seconds(50))
        #expect(RetryRule.delay(after: failure, remaining: .seconds(280)) == .seconds(50))
    }
}
