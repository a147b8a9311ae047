import Logging
import ServerTestSupport
import ServiceLifecycleTestKit
import TLS
import Telemetry
import Testing

@testable import WebhookService

@Suite("A watched certificate")
struct CertificateWatchTests {
    private let directory: TemporaryDirectory
    private let first: CertificateFixture
    private let second: CertificateFixture
    private let log = LogRecorder()

    init() throws {
        directory = try TemporaryDirectory()
        first = try CertificateFixture.first.get()
        second = try CertificateFixture.second.get()
    }

    private struct Watched: Sendable {
        let served: ServedCertificate
        let metrics: CertificateMetrics

        /// The name in the certificate that a new connection gets.
        func servedName() throws -> String? {
            let server = try TLSSession(accepting: served.context)
            let client = try TLSPeer()
            var scratch = [UInt8](repeating: 0, count: 16 * 1024)
            try client.handshake()
            let hello = client.takeOutgoing()
            try server.receive(hello, count: hello.count, scratch: &scratch) { _ in }
            client.feed(server.outgoing)
            try client.handshake()
            return client.serverName
        }
    }

    private static let replaced = "info: Serving a new certificate"
    private static let kept = "error: Keeping the old certificate because the new one cannot be served"

    /// Watches the first pair, which lies in `folder`, while `change` runs on a thread of its own.
    private func watch(
        certificate: String = "tls.crt", key: String = "tls.key",
        _ change: @escaping @Sendable (Watched) throws -> Void
    ) async throws {
        let files = CertificateFiles(
            certificatePath: directory.path(certificate), keyPath: directory.path(key), settings: TLSSettings())
        let contents = try files.read()
        let watched = Watched(
            served: ServedCertificate(try files.makeContext(contents)),
            metrics: WebhookMetrics(.webhook) { nil }.certificate)
        let watch = try CertificateWatch(
            files: files, served: watched.served, initial: contents, metrics: watched.metrics, logger: log.logger)
        try await testGracefulShutdown { trigger in
            async let ended: Void = watch.run()
            do {
                try await onOwnThread { try change(watched) }
            } catch {
                trigger.triggerGracefulShutdown()
                throw error
            }
            trigger.triggerGracefulShutdown()
            try await ended
        }
    }

    private func writeFirst() throws {
        try directory.write(first.certificate, to: "tls.crt")
        try directory.write(first.key, to: "tls.key")
    }

    @Test("is replaced when both files are renamed into place")
    func renamed() async throws {
        try writeFirst()
        try await watch { watched in
            try directory.replace("tls.key", with: second.key)
            try directory.replace("tls.crt", with: second.certificate)
            #expect(log.wait(for: Self.replaced))
            #expect(try watched.servedName() == "second.example")
            #expect(watched.metrics.expiration.value == watched.served.context.validity.upperBound)
        }
        #expect(log.count(Self.kept) == 0)
    }

    @Test("is replaced when both files are written in place, piece by piece, without a word about the time between")
    func inPlace() async throws {
        try writeFirst()
        try await watch { watched in
            // Each write is a change of its own, and all but the last leave a pair that cannot be served.
            try directory.write([], to: "tls.crt")
            try directory.write(Array(second.certificate.prefix(200)), to: "tls.crt")
            try directory.write(second.certificate, to: "tls.crt")
            try directory.write([], to: "tls.key")
            try directory.write(second.key, to: "tls.key")
            #expect(log.wait(for: Self.replaced))
            #expect(try watched.servedName() == "second.example")
        }
        #expect(log.count(Self.kept) == 0)
        #expect(log.count(Self.replaced) == 1)
    }

    @Test("is replaced by the kubelet's swap of a symbolic link")
    func swapped() async throws {
        for (name, pair) in [("one", first), ("two", second)] {
            try directory.makeDirectory(name)
            try directory.write(pair.certificate, to: "\(name)/tls.crt")
            try directory.write(pair.key, to: "\(name)/tls.key")
        }
        try directory.swapLink("..data", to: "one")
        try directory.swapLink("tls.crt", to: "..data/tls.crt")
        try directory.swapLink("tls.key", to: "..data/tls.key")
        try await watch { watched in
            #expect(try watched.servedName() == "first.example")
            try directory.swapLink("..data", to: "two")
            #expect(log.wait(for: Self.replaced))
            #expect(try watched.servedName() == "second.example")
            try directory.swapLink("..data", to: "one")
            #expect(log.wait(for: Self.replaced, times: 2))
            #expect(try watched.servedName() == "first.example")
        }
        #expect(log.count(Self.kept) == 0)
    }

    @Test("stays when the new pair does not fit together, which is said once, until a good pair comes")
    func mismatched() async throws {
        try writeFirst()
        try await watch { watched in
            try directory.replace("tls.crt", with: second.certificate)
            #expect(log.wait(for: Self.kept))
            #expect(try watched.servedName() == "first.example")
            #expect(watched.metrics.readErrors.value == 1)
            try directory.replace("tls.key", with: second.key)
            #expect(log.wait(for: Self.replaced))
            #expect(try watched.servedName() == "second.example")
        }
        #expect(log.count(Self.kept) == 1)
    }

    @Test("stays when a file disappears, and is replaced when it is back")
    func missing() async throws {
        try writeFirst()
        try await watch { watched in
            try directory.remove("tls.key")
            let problem = "--tls-private-key-file \(directory.path("tls.key")): No such file or directory"
            #expect(log.wait(for: "\(Self.kept) error=\(problem)"))
            #expect(try watched.servedName() == "first.example")
            try directory.replace("tls.crt", with: second.certificate)
            try directory.replace("tls.key", with: second.key)
            #expect(log.wait(for: Self.replaced))
            #expect(try watched.servedName() == "second.example")
        }
    }

    @Test("may lie in another directory than its key")
    func twoDirectories() async throws {
        try directory.makeDirectory("certificates")
        try directory.makeDirectory("keys")
        try directory.write(first.certificate, to: "certificates/tls.crt")
        try directory.write(first.key, to: "keys/tls.key")
        try await watch(certificate: "certificates/tls.crt", key: "keys/tls.key") { watched in
            try directory.replace("certificates/tls.crt", with: second.certificate)
            try directory.replace("keys/tls.key", with: second.key)
            #expect(log.wait(for: Self.replaced))
            #expect(try watched.servedName() == "second.example")
        }
        #expect(log.count(Self.kept) == 0)
    }

    @Test("is let go at a graceful shutdown, also one that came before the watch began")
    func shutdown() async throws {
        try writeFirst()
        try await watch { _ in }
        let files = CertificateFiles(
            certificatePath: directory.path("tls.crt"), keyPath: directory.path("tls.key"), settings: TLSSettings())
        let contents = try files.read()
        let watch = try CertificateWatch(
            files: files, served: ServedCertificate(try files.makeContext(contents)), initial: contents,
            metrics: WebhookMetrics(.webhook) { nil }.certificate, logger: log.logger)
        try await testGracefulShutdown { trigger in
            trigger.triggerGracefulShutdown()
            try await watch.run()
        }
        #expect(log.count("") == 0)
    }

    @Test("is let go when its task is cancelled")
    func cancelled() async throws {
        try writeFirst()
        let files = CertificateFiles(
            certificatePath: directory.path("tls.crt"), keyPath: directory.path("tls.key"), settings: TLSSettings())
        let contents = try files.read()
        let watch = try CertificateWatch(
            files: files, served: ServedCertificate(try files.makeContext(contents)), initial: contents,
            metrics: WebhookMetrics(.webhook) { nil }.certificate, logger: log.logger)
        let task = Task { try await watch.run() }
        task.cancel()
        try await task.value
        #expect(log.count("") == 0)
    }
}
