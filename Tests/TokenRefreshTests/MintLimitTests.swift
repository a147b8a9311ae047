import Testing
import TokenRefresh

@Suite struct MintLimitTests {
    private func account(_ app: String, at api: String = "https://api.github.com") -> MintAccount {
        MintAccount(app: app, api: api)
    }

    /// Asks until there is nothing left to wait for, and gives the times of the grants.
    private func grants(_ count: Int, for app: String, in limit: inout MintLimit, from start: Duration) -> [Duration] {
        var now = start
        var granted: [Duration] = []
        while granted.count < count {
            switch limit.ask(account(app), at: now) {
            case .granted:
                granted.append(now)
                limit.ended(account(app))
            case .after(let wait):
                #expect(wait > .zero)
                now += wait
            case .whenOneEnds: Issue.record("nothing is running")
            }
        }
        return granted
    }

    @Test("No minute sees more than 180 mints of an App, and five hundred take less than three")
    func perMinute() throws {
        var limit = MintLimit()
        let times = grants(500, for: "a", in: &limit, from: .seconds(7))
        for (place, time) in times.enumerated() {
            #expect(times[place...].prefix { $0 - time < .seconds(60) }.count <= 180)
        }
        let last = try #require(times.last)
        #expect(last - .seconds(7) < .seconds(180))
    }

    @Test("A few go at once, then about three a second")
    func burst() {
        var limit = MintLimit()
        let times = grants(12, for: "a", in: &limit, from: .zero)
        #expect(times[..<6].allSatisfy { $0 == .zero })
        #expect(times[6] > .milliseconds(300) && times[6] < .milliseconds(400))
        #expect(zip(times[6...], times[7...]).allSatisfy { $1 - $0 > .milliseconds(300) })
    }

    @Test("Apps do not take from one another")
    func apart() {
        var limit = MintLimit()
        #expect(grants(6, for: "a", in: &limit, from: .zero).allSatisfy { $0 == .zero })
        #expect(grants(6, for: "b", in: &limit, from: .zero).allSatisfy { $0 == .zero })
    }

    @Test("Forty run at once at one API, and the next waits for an end; another API is not concerned")
    func atOnce() {
        var limit = MintLimit()
        for number in 0..<40 { #expect(limit.ask(account("app \(number)"), at: .zero) == .granted) }
        #expect(limit.ask(account("another"), at: .seconds(3600)) == .whenOneEnds)
        #expect(limit.ask(account("another", at: "https://ghes.test/api/v3"), at: .seconds(3600)) == .granted)
        limit.ended(account("app 7"))
        #expect(limit.ask(account("another"), at: .seconds(3600)) == .granted)
        #expect(limit.ask(account("yet another"), at: .seconds(3600)) == .whenOneEnds)
    }

    @Test("An API that does not answer is called twice at once, until it does")
    func silence() {
        var limit = MintLimit()
        for number in 0..<3 { #expect(limit.ask(account("app \(number)"), at: .zero) == .granted) }
        limit.heard(of: account("app 0"), answers: false, at: .seconds(10))
        limit.ended(account("app 0"))
        #expect(limit.ask(account("another"), at: .seconds(10)) == .whenOneEnds)
        limit.ended(account("app 1"))
        #expect(limit.ask(account("another"), at: .seconds(10)) == .granted)
        #expect(limit.ask(account("yet another"), at: .seconds(10)) == .whenOneEnds)
        limit.heard(of: account("another"), answers: true, at: .seconds(11))
        #expect(limit.ask(account("yet another"), at: .seconds(11)) == .granted)
    }

    @Test("Silence is forgotten after a minute without a call")
    func silenceEnds() {
        var limit = MintLimit()
        #expect(limit.ask(account("a"), at: .zero) == .granted)
        limit.heard(of: account("a"), answers: false, at: .seconds(10))
        limit.ended(account("a"))
        limit.forgetIdle(at: .seconds(69))
        for app in ["b", "c"] { #expect(limit.ask(account(app), at: .seconds(69)) == .granted) }
        #expect(limit.ask(account("d"), at: .seconds(69)) == .whenOneEnds)
        #expect(limit.ask(account("d"), at: .seconds(70)) == .granted)
    }

    @Test("A pause holds back one App for its time, and a shorter one does not cut it")
    func pause() {
        var limit = MintLimit()
        limit.pause(account("a"), for: .seconds(60), at: .seconds(10))
        limit.pause(account("a"), for: .seconds(5), at: .seconds(20))
        #expect(limit.ask(account("a"), at: .seconds(30)) == .after(.seconds(40)))
        #expect(limit.ask(account("b"), at: .seconds(30)) == .granted)
        limit.forgetIdle(at: .seconds(69))
        #expect(limit.ask(account("a"), at: .seconds(69)) == .after(.seconds(1)))
        #expect(limit.ask(account("a"), at: .seconds(70)) == .granted)
    }

    @Test("What is forgotten after a quiet time changes no answer")
    func forgets() {
        var limit = MintLimit()
        _ = grants(6, for: "a", in: &limit, from: .zero)
        limit.forgetIdle(at: .seconds(1))
        guard case .after = limit.ask(account("a"), at: .milliseconds(100)) else {
            Issue.record("the burst was given twice")
            return
        }
        limit.forgetIdle(at: .seconds(60))
        #expect(grants(6, for: "a", in: &limit, from: .seconds(60)).allSatisfy { $0 == .seconds(60) })
    }
}
