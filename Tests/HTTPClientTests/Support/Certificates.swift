import Foundation
import HTTPClient

/// An authority with a server's and a client's certificate, and another that nobody trusts, made by the openssl command.
struct Certificates: Sendable {
    struct Pair: Sendable {
        let certificate: [UInt8]
        let key: [UInt8]
    }

    struct Failure: Error {
        let text: String
    }

    /// The host that only a proxy can reach.
    static let proxiedHost = "api.example.test"
    /// A host that libcurl resolves to this machine and that is still no loopback host to the client.
    static let localName = "api.localhost"

    let authority: [UInt8]
    let otherAuthority: [UInt8]
    /// For 127.0.0.1 and the two names above, but not for `localhost`.
    let server: Pair
    let client: Pair

    /// Made once for all tests of the process.
    static let shared = Result { try Certificates() }

    private init() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("kelos-token-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let names = "subjectAltName=IP:127.0.0.1,DNS:\(Certificates.proxiedHost),DNS:\(Certificates.localName)"
        for name in ["ca", "other"] {
            try Certificates.openssl(
                Certificates.newKey(folder, name) + ["-x509", "-subj", "/CN=\(name)", "-out", "\(folder)/\(name).crt"])
        }
        for (name, extensions) in [("server", names), ("client", "extendedKeyUsage=clientAuth")] {
            try Certificates.openssl(
                Certificates.newKey(folder, name) + ["-subj", "/CN=\(name)", "-out", "\(folder)/\(name).csr"])
            try Data(extensions.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name).ext"))
            try Certificates.openssl([
                "x509", "-req", "-days", "30", "-in", "\(folder)/\(name).csr", "-CA", "\(folder)/ca.crt", "-CAkey",
                "\(folder)/ca.key", "-CAcreateserial", "-extfile", "\(folder)/\(name).ext", "-out",
                "\(folder)/\(name).crt",
            ])
        }
        func contents(_ name: String) throws -> [UInt8] {
            try [UInt8](Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")))
        }
        authority = try contents("ca.crt")
        otherAuthority = try contents("other.crt")
        server = Pair(certificate: try contents("server.crt"), key: try contents("server.key"))
        client = Pair(certificate: try contents("client.crt"), key: try contents("client.key"))
    }

    private static func newKey(_ folder: String, _ name: String) -> [String] {
        [
            "req", "-new", "-nodes", "-days", "30", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-keyout",
            "\(folder)/\(name).key",
        ]
    }

    private static func openssl(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = arguments
        let errors = Pipe()
        process.standardOutput = FileHandle.nullDevice
        process.standardError = errors
        try process.run()
        let said = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(text: String(decoding: said, as: UTF8.self)) }
    }
}
