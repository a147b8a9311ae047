import RefresherSimulation
import Testing

@Suite("Without any fault", .onSimulationThread)
struct QuietDayTests {
    @Test("each token is replaced five to seven minutes before its end, once an hour, for a day")
    func quietDay() throws {
        let stage = try Stage()
        try stage.addWorkspace()
        try stage.addTask("a", lifeLeft: .seconds(3000))
        try stage.addSecret("b", lifeLeft: .seconds(2000))
        try stage.addSecret("c")
        try stage.startWorker()
        try stage.run(for: .seconds(86_400))
        for name in ["a-github-token", "b", "c"] {
            let writes = stage.writes(name)
            // A life of 60 minutes is used for 53 to 55 of them.
            #expect((26...28).contains(writes.count), "\(name)")
            for life in writes.compactMap(\.lifeLeft) {
                #expect((.seconds(298)...Duration.seconds(421)).contains(life))
            }
        }
        #expect(stage.mintRequests().count == stage.sandbox.audit.mints.count)
        try stage.finish()
    }
}
