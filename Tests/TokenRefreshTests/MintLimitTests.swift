import Testing
import TokenRefresh

@Suite struct MintLimitTests {
    /// Asks until there is nothing left to wait for, and gives the times of the grants.
    private func grants(_ count: Int, for app: String, in limit: inout MintLimit, from start: Duration) -> [Duration] {
        var now = start
        var granted: [Duration] = []
        while granted.count < count {
            switch limit.ask(app, at: now) {
            case .granted:
                granted.append(now)
                limit.ended()
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

    @Test("A hundred run at once, and the next waits for an end")
    func atOnce() {
        var limit = MintLimit()
        for number in 0..<100 { #expect(limit.ask("app \(number)", at: .zero) == .granted) }
        #expect(limit.ask("another", at: .seconds(3600)) == .whenOneEnds)
        limit.ended()
        #expect(limit.ask("another", at: .seconds(3600)) == .granted)
    }

    @Test("A pause holds back one App for its time, and a shorter one does not cut it")
    func pause() {
        var limit = MintLimit()
        limit.pause("a", for: .seconds(60), at: .seconds(10))
        limit.pause("a", for: .seconds(5), at: .seconds(20))
        #expect(limit.ask("a", at: .seconds(30)) == .after(.seconds(40)))
        #expect(limit.ask("b", at: .seconds(30)) == .granted)
        limit.forgetIdle(at: .seconds(69))
        #expect(limit.ask("a", at: .seconds(69)) == .after(.seconds(1)))
        #expect(limit.ask("a", at: .seconds(70)) == .granted)
    }

    @Test("What is forgotten after a quiet time changes no answer")
    func forgets() {
        var limit = MintLimit()
        _ = grants(6, for: "a", in: &limit, from: .zero)
        limit.forgetIdle(at: .seconds(1))
        guard case .after = limit.ask("a", at: .milliseconds(100)) else {
            Issue.record("the burst was given twice")
            return
        }
        limit.forgetIdle(at: .seconds(60))
        #expect(grants(6, for: "a", in: &limit, from: .seconds(60)).allSatisfy { $0 == .seconds(60) })
    }
}
