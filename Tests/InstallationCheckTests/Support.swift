import Foundation
import PodManifests
import ServerTestSupport
import Synchronization

@testable import InstallationCheck

/// Counts from 1.
final class Counter: Sendable {
    private let value = Atomic(0)
    func next() -> Int { value.add(1, ordering: .relaxed).newValue }
}

/// Files of the repository.
enum Repository {
    static func text(_ path: String) throws -> [UInt8] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return [UInt8](try Data(contentsOf: root.appending(path: path)))
    }

    static func object(_ path: String) throws -> ManifestValue {
        try ManifestReader.manifests(in: text(path), file: path)[0].value
    }
}

/// A certificate for a webhook and the authority that signed it, by openssl. The authority is good for thirty days.
struct WebhookCertificate {
    let authority: [UInt8]
    let leaf: [UInt8]

    init(days: Int = 365, names: String = "DNS:kelos-token-webhook.kelos-token-system.svc,IP:127.0.0.1") throws {
        let issuer = try CertificateFixture(name: "authority")
        let folder = try TemporaryDirectory()
        try folder.write(issuer.certificate, to: "ca.crt")
        try folder.write(issuer.key, to: "ca.key")
        try folder.write(Array("subjectAltName=\(names)\nextendedKeyUsage=serverAuth\n".utf8), to: "extensions")
        let request = try CertificateFixture.openssl([
            "req", "-new", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-keyout",
            folder.path("key"),
            "-subj", "/CN=not-a-name",
        ])
        try folder.write(request, to: "request")
        leaf = try CertificateFixture.openssl([
            "x509", "-req", "-in", folder.path("request"), "-CA", folder.path("ca.crt"), "-CAkey",
            folder.path("ca.key"),
            "-set_serial", "7", "-days", "\(days)", "-extfile", folder.path("extensions"),
        ])
        authority = issuer.certificate
    }
}

/// The shipped webhooks as they would be registered, with changes.
enum Registration {
    static func shipped() throws -> ManifestValue {
        try Repository.object("manifests/base/mutatingwebhookconfiguration.yaml")
    }

    /// - Parameter change: of each entry.
    static func entries(_ change: (inout ManifestValue) -> Void = { _ in }) throws -> [WebhookEntry] {
        try shipped()["webhooks"]?.elements?.map { entry in
            var entry = entry
            change(&entry)
            return WebhookEntry(entry)
        } ?? []
    }
}
