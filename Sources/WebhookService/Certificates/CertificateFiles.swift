internal import Platform
internal import TLS

/// A certificate and its key as two files, read together.
struct CertificateFiles: Sendable {
    /// A chain of a few certificates is about 8 KiB; a file this long is something else.
    private static let fileLimit = 1024 * 1024

    let certificatePath: String
    let keyPath: String
    let settings: TLSSettings

    /// The bytes of both files.
    struct Contents: Equatable, Sendable {
        let certificate: [UInt8]
        let key: [UInt8]
    }

    func read() throws(CertificateProblem) -> Contents {
        Contents(
            certificate: try read(certificatePath, "--tls-cert-file"), key: try read(keyPath, "--tls-private-key-file"))
    }

    func makeContext(_ contents: Contents) throws(CertificateProblem) -> TLSContext {
        do {
            return try TLSContext(
                certificateChain: contents.certificate, privateKey: contents.key, settings: settings)
        } catch {
            let file =
                switch error.code {
                case .badPrivateKey: "--tls-private-key-file \(keyPath)"
                case .mismatchedPair: "--tls-cert-file \(certificatePath) and --tls-private-key-file \(keyPath)"
                case .badClientAuthority: "--client-ca-file"
                default: "--tls-cert-file \(certificatePath)"
                }
            throw CertificateProblem("\(file): \(error)")
        }
    }

    /// The directories in which a change of either file shows: also the `..data` link of a mounted Secret lies there.
    var directories: [String] {
        [certificatePath, keyPath].map { path in
            guard let slash = path.lastIndex(of: "/") else { return "." }
            return slash == path.startIndex ? "/" : String(path[..<slash])
        }
    }

    private func read(_ path: String, _ flag: String) throws(CertificateProblem) -> [UInt8] {
        do {
            return try FileContents.read(path, limit: CertificateFiles.fileLimit)
        } catch {
            throw CertificateProblem("\(flag) \(path): \(error.reason)")
        }
    }
}

/// Why a certificate pair cannot be served: which flag, which file, what is wrong.
struct CertificateProblem: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
