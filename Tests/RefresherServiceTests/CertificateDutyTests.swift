import CertificateRotation
import Kubernetes
import PodManifests
import RefresherSimulation
import Sandbox
import TLS
import Testing
import TokenRefresh

@testable import RefresherService

@Suite("The leader's care for the webhook's certificates", .onSimulationThread)
struct CertificateDutyTests {
    @Test("makes an authority, the bundles and the leaf, and changes nothing else")
    func bootstrap() throws {
        let rig = try CertificateRig()
        try rig.addWebhook()
        let before = try #require(rig.configuration?["webhooks"]?.elements)
        try rig.start()
        rig.startKubelets()
        try rig.settle()

        let authority = try #require(rig.value("ca.crt", of: "kelos-token-webhook-ca"))
        let leafSecret = try #require(rig.sandbox.secret("kelos-token-webhook-cert"))
        #expect(leafSecret["type"]?.string == "kubernetes.io/tls")
        #expect(Set(leafSecret["data"]?.members.map(\.key) ?? []) == ["ca.crt", "tls.crt", "tls.key"])
        #expect(rig.value("ca.crt", of: "kelos-token-webhook-cert") == authority)
        let authoritySecret = try #require(rig.sandbox.secret("kelos-token-webhook-ca"))
        #expect(authoritySecret["type"]?.string == "Opaque")
        #expect(Set(authoritySecret["data"]?.members.map(\.key) ?? []) == ["ca.crt", "ca.key"])

        let leaf = try PresentedCertificate(pem: try #require(rig.leaf))
        for host in [
            "kelos-token-webhook.default.svc", "kelos-token-webhook.default.svc.cluster.local", "hooks.example",
        ] {
            #expect(leaf.isFor(host: host))
        }
        #expect(!leaf.isFor(host: "kelos-token-webhook.other.svc"))
        #expect(leaf.belongs(to: try #require(rig.value("tls.key", of: "kelos-token-webhook-cert"))))

        var after = try #require(rig.configuration?["webhooks"]?.elements)
        for index in after.indices { after[index].set(path: ["clientConfig", "caBundle"], nil) }
        #expect(after == before)
        // Two entries of one Service are asked about once.
        let views = rig.notices.all.compactMap { if case .seen(let seen) = $0 { seen.replicas.count } else { nil } }
        #expect(Set(views) == [3])
        #expect(rig.notices.failures == [])
    }

    @Test("refuses no call while leaves and authorities rotate", arguments: 1...2)
    func rotations(seed: UInt64) throws {
        let rig = try CertificateRig(seed: seed)
        try rig.addWebhook()
        let leader = try rig.start()
        rig.startKubelets()
        try rig.settle()
        rig.watch()
        try rig.simulation.run(for: .seconds(3600))
        // Another one leads before the first has noticed.
        try rig.start("second")
        try rig.simulation.run(for: .seconds(3600))
        leader.process.kill()
        try rig.simulation.run(for: .seconds(3600))
        #expect(rig.refusals.first == nil)
        let promoted = rig.notices.actions.count { $0 == .promoteAuthority }
        let leaves = rig.notices.actions.count { if case .issueLeaf = $0 { true } else { false } }
        #expect(promoted >= 3 && leaves >= 10)
        try rig.settle()
        #expect(rig.notices.failures == [])
    }

    @Test("hands its work to the next leader with the Lease")
    func failover() throws {
        let rig = try CertificateRig()
        try rig.addWebhook()
        rig.startKubelets()
        var replicas: [SimulatedReplica] = []
        for name in ["first", "second"] {
            let replica = SimulatedReplica(name, in: rig.sandbox)
            let duty = try rig.duty(on: replica)
            let configuration = RefresherConfiguration(
                endpoints: EndpointChoice(standard: .gitHub, trusted: try TrustedHosts(api: .gitHub)),
                election: RefresherConfiguration.Election(
                    lease: Kubernetes.ObjectKey(namespace: "default", name: "leader"), identity: name),
                instance: name)
            let refresher = TokenRefresher(
                configuration, kubernetes: try replica.makeClient(observer: rig.notices), gitHub: replica.transport,
                clock: replica.clock, observer: Notices(), seed: rig.simulation.random(), duties: [duty])
            replica.process.start { await refresher.run() }
            replicas.append(replica)
        }
        try rig.settle()
        rig.watch()
        try rig.simulation.run(for: .seconds(1300))
        let leader = try #require(rig.sandbox.log.requests { $0.path.contains("mutatingwebhook") }.last?.client)
        replicas.first { $0.process.name == leader }?.process.kill()
        let before = rig.notices.actions.count
        try rig.simulation.run(for: .seconds(1300))
        #expect(rig.notices.actions.count > before)
        #expect(rig.refusals.first == nil)
    }

    @Test("goes on beside somebody who writes the configuration all the time, and takes nothing back")
    func conflict() throws {
        let rig = try CertificateRig()
        try rig.addWebhook()
        let path = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/\(CertificateRig.configuration)"
        let writer = SimulatedReplica("writer", in: rig.sandbox)
        writer.process.start {
            var count = 0
            while (try? await writer.clock.pause(for: .milliseconds(170))) != nil {
                count += 1
                rig.patch(path, ["metadata": ["annotations": ["example.com/count": .string("\(count)")]]])
            }
        }
        try rig.start()
        rig.startKubelets()
        try rig.settle()
        #expect(rig.notices.all.contains { if case .overtaken = $0 { true } else { false } })
        #expect(rig.notices.failures == [])
        writer.process.kill()
    }

    @Test("says what is missing where there is no configuration, and begins when there is one")
    func noConfiguration() throws {
        let rig = try CertificateRig()
        try rig.start()
        try rig.simulation.run(for: .seconds(600))
        #expect(Set(rig.notices.failures).count == 1)
        #expect(rig.notices.failures.first?.contains("--webhook-configuration-name") == true)
        // Seldom, and never faster than once a minute in the end.
        #expect((10...20).contains(rig.notices.failures.count))
        #expect(rig.sandbox.secret("kelos-token-webhook-ca") == nil)
        try rig.addWebhook()
        rig.startKubelets()
        try rig.settle()
    }

    @Test("gives way more and more to somebody who takes the bundles back each time")
    func fight() throws {
        let rig = try CertificateRig()
        try rig.addWebhook()
        let path = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/\(CertificateRig.configuration)"
        let before = try #require(rig.configuration?["webhooks"])
        let writer = SimulatedReplica("writer", in: rig.sandbox)
        writer.process.start {
            while (try? await writer.clock.pause(for: .milliseconds(500))) != nil {
                rig.patch(path, ["webhooks": before])
            }
        }
        try rig.start()
        try rig.simulation.run(for: .seconds(3600))
        let writes = rig.notices.actions.count { $0.kind == .writeBundles }
        #expect((60...80).contains(writes))
        writer.process.kill()
        rig.startKubelets()
        try rig.settle()
    }

    @Test("says that the namespace of the Secrets is missing")
    func noNamespace() throws {
        let rig = try CertificateRig()
        try rig.addWebhook()
        try rig.start(namespace: "missing")
        try rig.simulation.run(for: .seconds(300))
        #expect(rig.notices.failures.first?.contains(#"namespaces "missing" not found"#) == true)
        #expect(rig.notices.failures.count < 15)
    }

    @Test("makes another authority for one that cannot be read, and keeps what is served trusted")
    func brokenAuthority() throws {
        let rig = try CertificateRig()
        try rig.addWebhook()
        try rig.start()
        rig.startKubelets()
        try rig.settle()
        rig.watch()
        let authority = try #require(rig.value("ca.crt", of: "kelos-token-webhook-ca"))
        for broken in [["ca.crt": authority, "ca.key": authority], ["ca.crt": Array("no PEM".utf8)], [:]] {
            try rig.simulation.run(for: .seconds(120))
            try rig.setSecret("kelos-token-webhook-ca", broken)
            try rig.simulation.run(for: .seconds(61))
            try rig.settle()
            #expect(rig.value("ca.key", of: "kelos-token-webhook-ca") != nil)
        }
        #expect(rig.refusals.first == nil)
        #expect(rig.bundles.allSatisfy { $0 != authority })
    }

    @Test("takes over from certificates that somebody else made")
    func migration() throws {
        let rig = try CertificateRig()
        let now = Simulation.epoch.components.seconds
        let other = try CertificateAuthority(name: "other", validity: now - 1000...now + 86_400)
        let names = ["kelos-token-webhook.default.svc", "hooks.example"].compactMap(SubjectName.init)
        let pair = try other.issue(name: "other", names: names, validity: now - 1000...now + 86_400)
        try rig.addWebhook()
        rig.patch(
            "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/\(CertificateRig.configuration)",
            ["webhooks": .array([])])
        _ = rig.sandbox.kubernetes.answer(
            SandboxRequest(
                "DELETE",
                "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/\(CertificateRig.configuration)"))
        try rig.addConfiguration(bundle: other.certificate)
        try rig.setSecret("kelos-token-webhook-cert", ["tls.crt": pair.certificate, "tls.key": pair.privateKey])
        rig.serve(pair.certificate)
        rig.startKubelets()
        try rig.simulation.run(for: CertificateRig.settleTime * 2)
        rig.watch()
        try rig.start()
        try rig.simulation.run(for: .seconds(600))
        try rig.settle()
        #expect(rig.refusals.first == nil)
        #expect(rig.bundles.allSatisfy { $0 != other.certificate })
    }

    @Test("keeps the old authority in the bundles while a replica does not answer")
    func hungReplica() throws {
        let rig = try CertificateRig()
        try rig.addWebhook()
        try rig.start()
        rig.startKubelets()
        try rig.settle()
        rig.hang(CertificateRig.replicas[1])
        try rig.simulation.run(for: .seconds(2200))
        #expect(rig.bundles.allSatisfy { CertificateBundle.count($0) == 2 })
        #expect(
            rig.notices.all.contains {
                if case .unseen(CertificateRig.replicas[1], _) = $0 { true } else { false }
            })
        rig.hang(CertificateRig.replicas[1], false)
        try rig.settle()
    }

    @Test("writes nothing in a dry run, and tells what it would do")
    func dryRun() throws {
        let rig = try CertificateRig()
        try rig.addWebhook()
        try rig.start(isDryRun: true)
        try rig.simulation.run(for: .seconds(300))
        #expect(rig.sandbox.log.requests { $0.method != "GET" }.isEmpty)
        #expect(
            rig.notices.all.contains {
                if case .wouldAct(.replaceAuthority) = $0 { true } else { false }
            })
    }

    @Test("puts no key anywhere but into the Secrets")
    func secrecy() throws {
        let rig = try CertificateRig()
        try rig.addWebhook()
        try rig.start()
        rig.startKubelets()
        try rig.settle()
        let keys = [
            try #require(rig.value("ca.key", of: "kelos-token-webhook-ca")),
            try #require(rig.value("tls.key", of: "kelos-token-webhook-cert")),
        ]
        let bundles = rig.bundles.map { String(decoding: $0, as: UTF8.self) }
        let told = (rig.notices.all.map { "\($0)" } + bundles).joined()
        for key in keys {
            for line in String(decoding: key, as: UTF8.self).split(separator: "\n").dropFirst().dropLast() {
                #expect(!told.contains(line))
            }
        }
        #expect(!told.contains("PRIVATE KEY"))
        let mounted = rig.sandbox.secret("kelos-token-webhook-cert")?["data"]?.members.map(\.key) ?? []
        #expect(!mounted.contains("ca.key"))
    }
}
