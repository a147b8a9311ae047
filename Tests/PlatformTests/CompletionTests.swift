import Platform
import Testing

@Suite("A completion")
struct CompletionTests {
    @Test("releases every waiter with the last arrival, and later ones at once")
    func releases() async {
        let completion = Completion(count: 2)
        await withTaskGroup(of: Void.self) { tasks in
            for _ in 0..<3 { tasks.addTask { await completion.wait() } }
            completion.arrive()
            completion.arrive()
            await tasks.waitForAll()
        }
        await completion.wait()
    }

    @Test("ignores an arrival too many")
    func surplus() async {
        let completion = Completion()
        completion.arrive()
        completion.arrive()
        await completion.wait()
    }
}
