import PodManifests
import RefresherSimulation
import Sandbox
import TokenRefresh

/// Something that goes wrong for a while, for tests that draw what goes wrong next.
enum Trouble: String, CaseIterable {
    case gitHubFails, gitHubSilent, gitHubRefuses, gitHubSlow, gitHubLimits
    case serverFails, serverSilent, serverRefuses, serverSlow, serverConflicts
    case watchesEnd, watchesBreak, watchesStall, watchesExpire, halfLines, compaction
    case connectionsReset, clockSteps, killed, ended, frozen, otherWriter
    case suspended, sourceGone, recreated, scopeChanges

    /// A failure that only somebody else can mend is tried every five minutes.
    var isPermanent: Bool { self == .suspended }

    /// - Parameter worker: replaced by another where it dies.
    func begin(_ stage: Stage, _ worker: inout SimulatedWorker) throws {
        let replica = worker.replica
        switch self {
        case .gitHubFails: stage.sandbox.spoilGitHub { $0.status = 502 }
        case .gitHubSilent: replica.gitHubLink.condition = .silent
        case .gitHubRefuses: replica.gitHubLink.condition = .refused
        case .gitHubSlow: stage.sandbox.spoilGitHub { $0.delayMilliseconds = 8000 }
        case .gitHubLimits: stage.sandbox.spoilGitHub { ($0.status, $0.fields) = (429, [("retry-after", "30")]) }
        case .serverFails: stage.sandbox.spoilKubernetes { $0.status = 500 }
        case .serverSilent: replica.kubernetesLink.condition = .silent
        case .serverRefuses:
            replica.kubernetesLink.condition = .refused
            replica.kubernetesLink.reset()
        case .serverSlow: stage.sandbox.spoilKubernetes { $0.delayMilliseconds = 4000 }
        case .serverConflicts:
            stage.sandbox.spoilKubernetes { ($0.method, $0.status, $0.reason) = ("PATCH", 409, "Conflict") }
        case .watchesEnd: stage.sandbox.kubernetes.disturb(.finish)
        case .watchesBreak: stage.sandbox.kubernetes.disturb(.abort)
        case .watchesStall: stage.sandbox.kubernetes.disturb(.stall)
        case .watchesExpire: stage.sandbox.kubernetes.disturb(.expire)
        case .halfLines: stage.sandbox.kubernetes.disturb(.halfLine)
        case .compaction:
            stage.sandbox.kubernetes.disturb(.compact)
            stage.sandbox.kubernetes.disturb(.abort)
        case .connectionsReset:
            replica.kubernetesLink.reset()
            replica.gitHubLink.reset()
        case .clockSteps: replica.clock.step(by: .seconds(stage.chance(in: -90_000...90_000)))
        case .killed: worker.process.kill()
        case .ended: worker.process.cancel()
        case .frozen: worker.process.freeze()
        case .otherWriter:
            for secret in try stage.sandbox.objects("/api/v1/secrets") {
                stage.patch(
                    Stage.path("secrets", secret.name),
                    ["metadata": ["labels": ["touched": .string("\(stage.unixSeconds)")]]])
            }
        case .suspended: stage.sandbox.gitHub.register(try Stage.app(key: Stage.key.get()) { $0.isSuspended = true })
        case .sourceGone: stage.delete(Stage.path("secrets", Stage.source))
        case .recreated:
            stage.delete(Stage.path("secrets", "s0"))
            try stage.addSecret("s0")
        case .scopeChanges:
            let wish = stage.chance(in: 0...1) == 0 ? "contents=read" : "contents=write"
            stage.patch(
                Stage.path("secrets", "s1"),
                ["metadata": ["annotations": [RefreshAnnotation.permissions: .string(wish)]]])
        }
    }

    func end(_ stage: Stage, _ worker: inout SimulatedWorker) throws {
        stage.sandbox.mendGitHub()
        stage.sandbox.mendKubernetes()
        worker.replica.gitHubLink.condition = .up
        worker.replica.kubernetesLink.condition = .up
        worker.process.thaw()
        if self == .suspended { stage.sandbox.gitHub.register(try Stage.app(key: Stage.key.get())) }
        if self == .sourceGone { try stage.addSource() }
        if self == .killed || self == .ended { worker = try worker.successor(on: stage) }
    }
}

extension Stage {
    /// A number by the seed.
    func chance(in range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(simulation.random() % UInt64(range.count))
    }
}
