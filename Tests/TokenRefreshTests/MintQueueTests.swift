import Testing
import TokenRefresh

@Suite struct MintQueueTests {
    private static func account(_ app: String, at api: String = "https://api.github.com") -> MintAccount {
        MintAccount(app: app, api: api)
    }

    /// Everybody who is let through, until nobody is left, and when.
    private func drain(_ queue: inout MintQueue<String>) -> [(key: String, time: Duration)] {
        var now = Duration.zero
        var granted: [(key: String, time: Duration)] = []
        while queue.count > 0 {
            if let (key, account) = queue.next(at: now) {
                granted.append((key, now))
                queue.ended(account, at: now)
            } else if let turn = queue.nextTurn {
                #expect(turn > now)
                now = turn
            } else {
                Issue.record("somebody waits and has no turn")
                break
            }
        }
        return granted
    }

    @Test("Whoever's token ends first goes first, and those without one go last, as they came")
    func order() {
        var queue = MintQueue<String>()
        queue.add("none", for: Self.account("a"), expiry: nil, at: .zero)
        queue.add("late", for: Self.account("a"), expiry: noon + .seconds(9), at: .zero)
        queue.add("none too", for: Self.account("a"), expiry: nil, at: .zero)
        queue.add("early", for: Self.account("a"), expiry: noon, at: .zero)
        #expect(drain(&queue).map(\.key) == ["early", "late", "none", "none too"])
        #expect(queue.nextTurn == nil)
    }

    @Test("No minute sees more than 180 of one App, and another App waits for none of them")
    func limits() {
        var queue = MintQueue<String>()
        for number in 0..<400 { queue.add("a\(number)", for: Self.account("a"), expiry: nil, at: .zero) }
        for number in 0..<6 { queue.add("b\(number)", for: Self.account("b"), expiry: nil, at: .zero) }
        let granted = drain(&queue)
        #expect(granted.count == 406)
        #expect(granted.filter { $0.key.hasPrefix("b") }.allSatisfy { $0.time == .zero })
        let times = granted.filter { $0.key.hasPrefix("a") }.map(\.time)
        for (place, time) in times.enumerated() {
            #expect(times[place...].prefix { $0 - time < .seconds(60) }.count <= 180)
        }
    }

    @Test("Who left is not let through and takes nobody's turn; who comes again is there once")
    func leaves() {
        var queue = MintQueue<String>()
        queue.add("gone", for: Self.account("a"), expiry: noon, at: .zero)
        queue.add("again", for: Self.account("a"), expiry: noon, at: .zero)
        queue.add("again", for: Self.account("b"), expiry: nil, at: .zero)
        queue.remove("gone")
        queue.remove("never there")
        #expect(queue.count == 1)
        #expect(drain(&queue).map(\.key) == ["again"])
    }

    @Test("An App that GitHub wants left alone is")
    func pauses() {
        var queue = MintQueue<String>()
        queue.pause(Self.account("a"), for: .seconds(60), at: .zero)
        queue.add("x", for: Self.account("a"), expiry: nil, at: .zero)
        #expect(drain(&queue).map(\.time) == [.seconds(60)])
    }

    @Test("At an API with as many calls as it may have, the next goes on when one ends, and other APIs at once")
    func crowd() throws {
        var queue = MintQueue<String>()
        for number in 0..<41 { queue.add("\(number)", for: Self.account("app \(number)"), expiry: nil, at: .zero) }
        let granted = (0..<40).compactMap { _ in queue.next(at: .zero) }
        #expect(granted.count == 40)
        #expect(queue.next(at: .zero)?.key == nil)
        #expect(queue.count == 1 && queue.nextTurn == nil)
        let elsewhere = Self.account("app 0", at: "https://ghes.test/api/v3")
        queue.add("elsewhere", for: elsewhere, expiry: nil, at: .seconds(1))
        #expect(queue.next(at: .seconds(1))?.key == "elsewhere")
        queue.ended(elsewhere, at: .seconds(2))
        #expect(queue.next(at: .seconds(2))?.key == nil)
        queue.ended(try #require(granted.first).account, at: .seconds(3))
        #expect(queue.nextTurn == .seconds(3))
        #expect(queue.next(at: .seconds(3))?.key != nil)
        #expect(queue.count == 0)
    }

    @Test("All who waited for an API that was silent go on when it answers")
    func silence() throws {
        var queue = MintQueue<String>()
        let accounts = (0..<10).map { Self.account("app \($0)") }
        queue.add("first", for: accounts[0], expiry: nil, at: .zero)
        _ = queue.next(at: .zero)
        queue.heard(of: accounts[0], answers: false, at: .seconds(10))
        queue.ended(accounts[0], at: .seconds(10))
        for (number, account) in accounts.enumerated() {
            queue.add("\(number)", for: account, expiry: nil, at: .seconds(10))
        }
        let tried = (0..<3).compactMap { _ in queue.next(at: .seconds(10)) }
        #expect(tried.count == 2)
        #expect(queue.nextTurn == nil)
        let heard = try #require(tried.first).account
        queue.heard(of: heard, answers: true, at: .seconds(11))
        queue.ended(heard, at: .seconds(11))
        #expect((0..<10).compactMap { _ in queue.next(at: .seconds(11)) }.count == 8)
    }
}
