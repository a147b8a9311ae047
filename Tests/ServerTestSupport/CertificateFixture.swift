import Foundation

/// A self-signed certificate and its key in PEM, made by the openssl command line.
package struct CertificateFixture: Sendable {
    package let certificate: [UInt8]
    package let key: [UInt8]

    /// - Parameters:
    ///   - name: the common name.
    ///   - keyArguments: what `openssl req -newkey` and its options take.
    package init(
        name: String, keyArguments: [String] = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    ) throws {
        let directory = try TemporaryDirectory()
        _ = try CertificateFixture.openssl(
            ["req", "-x509", "-nodes", "-days", "30", "-subj", "/CN=\(name)", "-newkey"] + keyArguments
                + ["-keyout", directory.path("key"), "-out", directory.path("certificate")])
        certificate = try [UInt8](Data(contentsOf: URL(fileURLWithPath: directory.path("certificate"))))
        key = try [UInt8](Data(contentsOf: URL(fileURLWithPath: directory.path("key"))))
    }

    /// A pair whose validity ended in 2021.
    package static func expired(name: String) throws -> CertificateFixture {
        let valid = try CertificateFixture(name: name)
        let directory = try TemporaryDirectory()
        let configuration = """
            [ca]
            default_ca = authority
            [authority]
            database = \(directory.path("index"))
            serial = \(directory.path("serial"))
            new_certs_dir = \(directory.path)
            default_md = sha256
            policy = names
            [names]
            commonName = supplied
            """
        try directory.write(Array(configuration.utf8), to: "configuration")
        try directory.write([], to: "index")
        try directory.write(Array("01\n".utf8), to: "serial")
        try directory.write(valid.key, to: "key")
        try directory.write(
            openssl(["req", "-new", "-key", directory.path("key"), "-subj", "/CN=\(name)"]), to: "request")
        let certificate = try openssl([
            "ca", "-batch", "-selfsign", "-notext", "-config", directory.path("configuration"), "-keyfile",
            directory.path("key"), "-in", directory.path("request"), "-startdate", "20200101000000Z", "-enddate",
            "20210101000000Z",
        ])
        return CertificateFixture(certificate: certificate, key: valid.key)
    }

    private init(certificate: [UInt8], key: [UInt8]) {
        self.certificate = certificate
        self.key = key
    }

    /// Two unrelated pairs, made once for all tests of the process.
    package static let first = Result { try CertificateFixture(name: "first.example") }
    package static let second = Result { try CertificateFixture(name: "second.example") }

    package struct Failure: Error {
        package let text: String
    }

    /// Runs openssl with `input` on its standard input and gives its standard output.
    package static func openssl(_ arguments: [String], input: [UInt8] = []) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = arguments
        let (source, output, errors) = (Pipe(), Pipe(), Pipe())
        process.standardInput = source
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        source.fileHandleForWriting.write(Data(input))
        try source.fileHandleForWriting.close()
        let produced = output.fileHandleForReading.readDataToEndOfFile()
        let said = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(text: String(decoding: said, as: UTF8.self)) }
        return [UInt8](produced)
    }
}
