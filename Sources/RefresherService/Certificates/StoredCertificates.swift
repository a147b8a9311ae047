internal import CertificateRotation
internal import Kubernetes
internal import TLS

/// A certificate with its private key, as a Secret holds them.
struct KeyPair: Sendable {
    /// PEM.
    let certificate: [UInt8]
    /// PEM.
    let privateKey: Redacted<[UInt8]>
}

/// The Secret of the authorities, read.
struct AuthoritySecret: Sendable {
    enum Key {
        static let certificate = "ca.crt"
        static let privateKey = "ca.key"
        static let nextCertificate = "next-ca.crt"
        static let nextPrivateKey = "next-ca.key"
        static let previousCertificates = "previous-ca.crt"

        static let all: Set = [certificate, privateKey, nextCertificate, nextPrivateKey, previousCertificates]
    }

    /// Nil if there is no such Secret.
    let resourceVersion: String?
    let current: KeyPair?
    let next: KeyPair?
    /// Certificates of authorities that signed what may still be served.
    let previous: [CertificateBundle.Entry]
    /// What stands where the current certificate should be, whether or not it goes with the key.
    let currentCertificates: [CertificateBundle.Entry]

    /// - Parameter secret: nil if there is none.
    init(_ secret: SecretContents?) {
        func value(_ key: String) -> [UInt8] { secret?.values[key]?.value ?? [] }
        resourceVersion = secret?.metadata.resourceVersion
        current = Self.pair(value(Key.certificate), value(Key.privateKey))
        next = Self.pair(value(Key.nextCertificate), value(Key.nextPrivateKey))
        currentCertificates = CertificateBundle.entries(value(Key.certificate))
        previous = CertificateBundle.entries(value(Key.previousCertificates))
    }

    private static func pair(_ certificate: [UInt8], _ privateKey: [UInt8]) -> KeyPair? {
        guard (try? CertificateAuthority(certificate: certificate, privateKey: privateKey)) != nil else { return nil }
        return KeyPair(certificate: certificate, privateKey: Redacted(privateKey))
    }

    var facts: StoredAuthorities {
        StoredAuthorities(
            current: current.flatMap(Self.facts), next: next.flatMap(Self.facts), previous: previous.map(\.facts))
    }

    private static func facts(_ pair: KeyPair) -> CertificateFacts? {
        CertificateBundle.entries(pair.certificate).first?.facts
    }
}

/// The Secret that the webhook's pods mount, read.
struct LeafSecret: Sendable {
    enum Key {
        static let certificate = "tls.crt"
        static let privateKey = "tls.key"
        static let authority = "ca.crt"

        static let all: Set = [certificate, privateKey, authority]
    }

    /// Nil if there is no such Secret.
    let resourceVersion: String?
    private let presented: PresentedCertificate?
    private let authority: [UInt8]

    /// - Parameter secret: nil if there is none.
    init(_ secret: SecretContents?) {
        func value(_ key: String) -> [UInt8] { secret?.values[key]?.value ?? [] }
        resourceVersion = secret?.metadata.resourceVersion
        authority = value(Key.authority)
        let found = try? PresentedCertificate(pem: value(Key.certificate))
        presented = found.flatMap { $0.belongs(to: value(Key.privateKey)) ? $0 : nil }
    }

    /// - Parameters:
    ///   - hosts: those that it should be for.
    ///   - authorities: those that may have signed it.
    func facts(hosts: Set<String>, authorities: [KeyPair]) -> StoredLeaf? {
        guard let presented else { return nil }
        func signed(_ entry: CertificateBundle.Entry) -> Bool {
            (try? presented.trust(by: entry.pem, at: nil)) == .trusted
        }
        let own = authorities.compactMap { CertificateBundle.entries($0.certificate).first }
        return StoredLeaf(
            certificate: CertificateFacts(fingerprint: presented.fingerprint, validity: presented.validity),
            names: hosts.filter { presented.isFor(host: $0) }, signer: own.first(where: signed)?.fingerprint,
            ownAuthority: ownAuthority(signed)?.facts)
    }

    /// The authority beside the leaf, if it is that.
    func ownAuthority() -> [CertificateBundle.Entry] { CertificateBundle.entries(authority) }

    private func ownAuthority(_ signed: (CertificateBundle.Entry) -> Bool) -> CertificateBundle.Entry? {
        ownAuthority().first(where: signed)
    }
}

extension CertificateBundle.Entry {
    var facts: CertificateFacts { CertificateFacts(fingerprint: fingerprint, validity: validity) }
}
