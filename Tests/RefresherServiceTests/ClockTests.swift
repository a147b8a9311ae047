import Kubernetes
import PodManifests
import RefresherService
import RefresherSimulation
import Sandbox
import Testing
import TokenRefresh

@Suite("A clock that is wrong")
struct ClockTests {
    @Test(
        "from the beginning neither hurries a refresh nor keeps it from coming",
        arguments: [-86_400, -1800, -300, 300, 1800, 86_400])
    func wrong(_ seconds: Int64) throws {
        let rig = try Rig()
        try rig.addSource()
        try rig.addSecret(life: .seconds(1800))
        try rig.start(offset: .seconds(seconds))
        try rig.run(for: .seconds(1300))
        #expect(rig.minted == 0)
        try rig.run(for: .seconds(180))
        #expect(rig.minted == 1)
        #expect(rig.mintRequests == 1)
    }

    @Test("from one moment to the next neither", arguments: [-86_400, -300, 300, 86_400])
    func steps(_ seconds: Int64) throws {
        let rig = try Rig()
        try rig.addSource()
        try rig.addSecret(life: .seconds(1800))
        let (replica, _) = try rig.start()
        try rig.run(for: .seconds(600))
        replica.clock.step(by: .seconds(seconds))
        try rig.run(for: .seconds(700))
        #expect(rig.minted == 0)
        try rig.run(for: .seconds(180))
        #expect(rig.minted == 1)
    }

    @Test("forward while GitHub cannot be reached is believed, since the machine may have slept")
    func slept() throws {
        let rig = try Rig()
        try rig.addSource()
        try rig.addSecret(life: .seconds(1800))
        let (replica, _) = try rig.start()
        try rig.run(for: .seconds(600))
        replica.gitHubLink.condition = .refused
        replica.clock.step(by: .seconds(1800))
        try rig.run(for: .seconds(60))
        #expect(rig.notices.failures.first?.failure.cause == .unreachable)
        replica.gitHubLink.condition = .up
        try rig.run(for: .seconds(60))
        #expect(rig.minted == 1)
    }

    @Test("is found out within minutes of GitHub's return, where it could not be asked at first")
    func unheard() throws {
        let rig = try Rig()
        try rig.addSource()
        try rig.addSecret(life: .seconds(1800))
        let (replica, refresher) = try rig.worker(offset: .seconds(-86_400))
        replica.gitHubLink.condition = .silent
        replica.process.start { await refresher.run() }
        try rig.run(for: .seconds(700))
        replica.gitHubLink.condition = .up
        try rig.run(for: .seconds(780))
        #expect(rig.minted == 1)
    }
}
