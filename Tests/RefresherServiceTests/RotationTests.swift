import Kubernetes
import PodManifests
import RefresherService
import RefresherSimulation
import Sandbox
import Testing
import TokenRefresh

@Suite("An App's key")
struct RotationTests {
    @Test("that is rotated is used within moments, while the old token is good")
    func rotated() throws {
        let rig = try Rig()
        try rig.addSource()
        try rig.addSecret(life: nil)
        try rig.start()
        try rig.run(for: .seconds(60))
        #expect(rig.minted == 1)
        rig.sandbox.gitHub.register(try Rig.gitHubApp(key: 1))
        rig.patchSecret(
            "github-app", ["data": ["privateKey": .string(Base64Text.encoded(try Rig.pem(1)))]])
        try rig.run(for: .seconds(125))
        #expect(rig.minted == 2)
        #expect(rig.notices.failures.isEmpty)
        try rig.run(for: .seconds(1800))
        #expect(rig.minted == 2)
    }

    @Test("that was rotated before the first look counts too")
    func rotatedEarly() throws {
        let rig = try Rig()
        try rig.addSecret(life: .seconds(3600))
        try rig.addSource()
        try rig.start()
        try rig.run(for: .seconds(60))
        rig.patchSecret("github-app", ["metadata": ["labels": ["rotated": "yes"]]])
        try rig.run(for: .seconds(125))
        #expect(rig.minted == 1)
    }

    @Test("that is rotated while a token is minted by the old one counts afterwards")
    func rotatedMeanwhile() throws {
        let rig = try Rig()
        try rig.addSource()
        try rig.addSecret(life: nil)
        rig.delayMint(milliseconds: 3000)
        try rig.start()
        try rig.run(for: .seconds(1))
        rig.patchSecret("github-app", ["metadata": ["labels": ["rotated": "yes"]]])
        try rig.run(for: .seconds(5))
        #expect(rig.minted == 1)
        try rig.run(for: .seconds(125))
        #expect(rig.minted == 2)
        try rig.run(for: .seconds(1800))
        #expect(rig.minted == 2)
    }

    @Test("that is wrong is tried every five minutes, leaves the old token, and is taken at once when it is mended")
    func latched() throws {
        let rig = try Rig()
        try rig.addSource(key: 1)
        try rig.addSecret(life: .seconds(3000))
        try rig.start()
        try rig.run(for: .seconds(2700))
        let tries = rig.mintRequests
        #expect((1...2).contains(tries))
        #expect(rig.token() == "first")
        #expect(rig.notices.failures.map(\.failure.cause).allSatisfy { $0 == .appUnauthorized })
        #expect(rig.notices.failures.allSatisfy { $0.isLatched })
        rig.patchSecret("token", ["metadata": ["labels": ["touched": "yes"]]])
        try rig.run(for: .seconds(30))
        #expect(rig.mintRequests - tries <= 1)
        rig.patchSecret(
            "github-app", ["data": ["privateKey": .string(Base64Text.encoded(try Rig.pem(0)))]])
        try rig.run(for: .seconds(2))
        #expect(rig.minted == 1)
    }

    @Test("that is missing, or half there, is told by its name, and nothing is asked of GitHub")
    func missing() throws {
        let rig = try Rig()
        try rig.addSecret(life: nil)
        try rig.start()
        try rig.run(for: .seconds(5))
        #expect(rig.notices.failures.map(\.failure.cause) == [.invalidSource])
        try rig.add([
            "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "github-app"],
            "stringData": ["appID": "1", "installationID": "2"],
        ])
        try rig.run(for: .seconds(5))
        #expect(rig.notices.failures.last?.failure.message.contains("privateKey") == true)
        #expect(rig.mintRequests == 0)
        rig.delete("/api/v1/namespaces/default/secrets/github-app")
        try rig.addSource()
        try rig.run(for: .seconds(5))
        #expect(rig.minted == 1)
    }

    @Test("cannot be in a Secret that is refreshed itself")
    func ownSource() throws {
        let rig = try Rig()
        try rig.addSource("github-app")
        rig.patchSecret(
            "github-app", ["metadata": ["annotations": [RefreshAnnotation.appSecret: "github-app"]]])
        try rig.start()
        try rig.run(for: .seconds(3600))
        #expect(rig.mintRequests == 0)
        #expect(rig.notices.failures.allSatisfy { $0.failure.cause == .invalidSource })
    }
}
