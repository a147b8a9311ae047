import Testing
import TokenRefresh

@Suite struct ExpiryRuleTests {
    @Test("An hour ahead is taken as it is, with an offset too")
    func accepts() throws {
        #expect(try ExpiryRule.accept("2026-01-02T16:04:05Z", at: noon) == noon + .seconds(3600))
        #expect(try ExpiryRule.accept("2026-01-02T17:04:05+01:00", at: noon) == noon + .seconds(3600))
        #expect(try ExpiryRule.accept("2026-01-02T15:05:05Z", at: noon) == noon + .seconds(60))
    }

    @Test("Eight hours ahead count as one")
    func clamps() throws {
        #expect(try ExpiryRule.accept("2026-01-02T23:04:05Z", at: noon) == noon + .seconds(3600))
        #expect(try ExpiryRule.accept("2026-01-02T17:04:05Z", at: noon) == noon + .seconds(7200))
    }

    @Test(
        "None, a past one and a bad zone are refused",
        arguments: [
            nil, "", "2026-01-02T15:04:05Z", "2026-01-02T14:00:00Z", "2026-01-02T16:04:05",
            "2026-01-02T16:04:05+99:00",
        ])
    func refuses(_ text: String?) {
        let failure = #expect(throws: RefreshFailure.self) { try ExpiryRule.accept(text, at: noon) }
        #expect(failure?.cause == .unusableAnswer)
        #expect(failure?.failureClass == .transient)
    }
}
