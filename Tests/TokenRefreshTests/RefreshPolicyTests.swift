import Testing
import TokenRefresh

@Suite struct RefreshPolicyTests {
    @Test("Without options, the margin is five minutes and the jitter two")
    func defaults() {
        #expect(RefreshPolicy().margin == .seconds(300))
        #expect(RefreshPolicy().jitter == .seconds(120))
        #expect(RefreshPolicy(margin: .seconds(20)).jitter == .seconds(8))
    }

    @Test("A token is due from expiry - margin - jitter on, and a quarter of the jitter before the margin at last")
    func window() {
        let policy = RefreshPolicy()
        let expiry = noon + .seconds(3600)
        var least = FixedGenerator.none
        var most = FixedGenerator.most
        #expect(policy.dueTime(expiry: expiry, mintedAt: noon, using: &least) == noon + .seconds(3270))
        #expect(policy.dueTime(expiry: expiry, mintedAt: noon, using: &most) == noon + .seconds(3180))
    }

    @Test("Five hundred tokens minted together fall due over the whole window")
    func spread() {
        let policy = RefreshPolicy()
        var chance = SeededGenerator(68)
        let dues = (0..<500).map { _ in policy.dueTime(expiry: noon + .seconds(3600), mintedAt: noon, using: &chance) }
        let bySecond = Dictionary(grouping: dues) { ($0 - noon).components.seconds }
        #expect(bySecond.keys.allSatisfy { (3180...3270).contains($0) })
        #expect(bySecond.count > 80)
        #expect(bySecond.values.allSatisfy { $0.count < 20 })
    }

    @Test(
        "A token shorter than the margin is kept for a quarter of its life",
        arguments: [(60, 300, 15), (60, 50, 15), (60, 40, 20), (90, 20, 70), (4, 300, 1)])
    func shortLives(_ life: Int, _ margin: Int, _ expected: Int) {
        let policy = RefreshPolicy(margin: .seconds(margin), jitter: .zero)
        var chance = FixedGenerator.none
        let due = policy.dueTime(expiry: noon + .seconds(life), mintedAt: noon, using: &chance)
        #expect(due == noon + .seconds(expected))
    }

    @Test("A margin or jitter that makes no sense is none that hurts")
    func nonsense() {
        #expect(RefreshPolicy(margin: .zero).margin == .seconds(1))
        #expect(RefreshPolicy(jitter: .seconds(-1)).jitter == .zero)
    }

    @Test("The margin begins exactly at expiry - margin")
    func freshness() {
        let policy = RefreshPolicy()
        let expiry = noon + .seconds(300)
        #expect(!policy.isFresh(expiry: expiry, at: noon))
        #expect(policy.isFresh(expiry: expiry + .milliseconds(1), at: noon))
    }
}
