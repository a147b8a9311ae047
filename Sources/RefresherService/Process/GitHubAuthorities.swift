internal import Platform
internal import TLS

/// Whom to trust as GitHub when a GitHub Enterprise Server has a certificate of a private authority.
///
/// The file counts beside the system's authorities and not instead of them, because the same refresher also calls
/// github.com; curl's `--cacert` would replace them.
package enum GitHubAuthorities {
    /// Where systems keep their authorities in one file, as Go looks for them (crypto/x509, root_linux.go).
    package static let systemFiles = [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
        "/etc/pki/tls/cacert.pem", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/cert.pem",
    ]

    /// A bundle of every public authority is about 200 KiB.
    private static let longestFile = 4 << 20

    package enum Problem: Error, Equatable, CustomStringConvertible {
        case unreadable(reason: String)
        case noCertificate

        package var description: String {
            switch self {
            case .unreadable(let reason): reason
            case .noCertificate: "it holds no PEM certificate, or a broken one"
            }
        }
    }

    /// PEM of the authorities in `path` and of the system's; the system's are left out where it has none.
    package static func read(_ path: String, system: [String] = systemFiles) throws(Problem) -> [UInt8] {
        let own: [UInt8]
        do {
            own = try FileContents.read(path, limit: longestFile)
        } catch {
            throw .unreadable(reason: error.reason)
        }
        guard CertificateBundle.count(own) > 0 else { throw .noCertificate }
        for file in system {
            guard let bundle = try? FileContents.read(file, limit: longestFile) else { continue }
            return bundle + [UInt8(ascii: "\n")] + own
        }
        return own
    }
}
