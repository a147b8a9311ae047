import Testing
import TokenRefresh

@Suite struct MintQueueTests {
    /// Everybody who is let through, until nobody is left, and when.
    private func drain(_ queue: inout MintQueue<String>) -> [(key: String, time: Duration)] {
        var now = Duration.zero
        var granted: [(key: String, time: Duration)] = []
        while queue.count > 0 {
            if let key = queue.next(at: now) {
                granted.append((key, now))
                queue.ended()
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
        queue.add("none", app: "a", expiry: nil, at: .zero)
        queue.add("late", app: "a", expiry: noon + .seconds(9), at: .zero)
        queue.add("none too", app: "a", expiry: nil, at: .zero)
        queue.add("early", app: "a", expiry: noon, at: .zero)
        #expect(drain(&queue).map(\.key) == ["early", "late", "none", "none too"])
        #expect(queue.nextTurn == nil)
    }

    @Test("No minute sees more than 180 of one App, and another App waits for none of them")
    func limits() {
        var queue = MintQueue<String>()
        for number in 0..<400 { queue.add("a\(number)", app: "a", expiry: nil, at: .zero) }
        for number in 0..<6 { queue.add("b\(number)", app: "b", expiry: nil, at: .zero) }
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
        queue.add("gone", app: "a", expiry: noon, at: .zero)
        queue.add("again", app: "a", expiry: noon, at: .zero)
        queue.add("again", app: "b", expiry: nil, at: .zero)
        queue.remove("gone")
        queue.remove("never there")
        #expect(queue.count == 1)
        #expect(drain(&queue).map(\.key) == ["again"])
    }

    @Test("An App that GitHub wants left alone is")
    func pauses() {
        var queue = MintQueue<String>()
        queue.pause("a", for: .seconds(60), at: .zero)
        queue.add("x", app: "a", expiry: nil, at: .zero)
        #expect(drain(&queue).map(\.time) == [.seconds(60)])
    }
}
