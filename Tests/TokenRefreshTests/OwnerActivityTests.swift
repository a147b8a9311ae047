import Testing
import TokenRefresh

@Suite struct OwnerActivityTests {
    @Test(
        "A token is refreshed while it is used",
        arguments: [
            (OwnerActivity.unowned, TokenUse.needed), (.task(active: 1, finished: false), .needed),
            (.task(active: 0, finished: false), .idle), (.task(active: 0, finished: true), .over),
            (.task(active: 1, finished: true), .needed), (.replicas(1), .needed), (.replicas(0), .idle),
            (.missing, .over),
        ])
    func table(_ owner: OwnerActivity, _ use: TokenUse) {
        #expect(TokenUse(of: owner) == use)
    }
}
