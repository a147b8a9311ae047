import RefresherService
import Testing

@Suite("The refresher")
struct RefresherTests {
    @Test("an outcome begins empty and incomplete")
    func empty() {
        #expect(OnceOutcome().refreshed == 0 && !OnceOutcome().isComplete)
    }
}
