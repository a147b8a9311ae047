import ServerTestSupport
import TLS
import Testing

@testable import WebhookService

@Suite("Certificate files")
struct CertificateFilesTests {
    private let directory: TemporaryDirectory
    private let files: CertificateFiles

    init() throws {
        directory = try TemporaryDirectory()
        files = CertificateFiles(
            certificatePath: directory.path("tls.crt"), keyPath: directory.path("tls.key"), settings: TLSSettings())
    }

    @Test("are named with their flag when one is missing")
    func missing() throws {
        try directory.write([1], to: "tls.crt")
        #expect(
            throws: CertificateProblem(
                "--tls-private-key-file \(directory.path("tls.key")): No such file or directory")
        ) { try files.read() }
        try directory.remove("tls.crt")
        #expect(
            throws: CertificateProblem("--tls-cert-file \(directory.path("tls.crt")): No such file or directory")
        ) { try files.read() }
    }

    @Test("are refused when one is far too long")
    func tooLong() throws {
        try directory.write([UInt8](repeating: 0, count: 1024 * 1024 + 1), to: "tls.crt")
        #expect(throws: CertificateProblem("--tls-cert-file \(directory.path("tls.crt")): File too large")) {
            try files.read()
        }
    }

    @Test("are named with their flags when they do not fit together")
    func mismatched() throws {
        let contents = CertificateFiles.Contents(
            certificate: try CertificateFixture.first.get().certificate, key: try CertificateFixture.second.get().key)
        let problem = #expect(throws: CertificateProblem.self) { try files.makeContext(contents) }
        #expect(
            problem?.description
                == "--tls-cert-file \(directory.path("tls.crt")) and --tls-private-key-file "
                + "\(directory.path("tls.key")): the private key does not belong to the certificate (key values mismatch)"
        )
    }

    @Test("are named one by one when one is broken")
    func broken() throws {
        let pair = try CertificateFixture.first.get()
        let noKey = CertificateFiles.Contents(certificate: pair.certificate, key: [])
        let key = #expect(throws: CertificateProblem.self) { try files.makeContext(noKey) }
        #expect(key?.description.hasPrefix("--tls-private-key-file \(directory.path("tls.key")): ") == true)
        let noCertificate = CertificateFiles.Contents(certificate: [], key: pair.key)
        let certificate = #expect(throws: CertificateProblem.self) { try files.makeContext(noCertificate) }
        #expect(certificate?.description.hasPrefix("--tls-cert-file \(directory.path("tls.crt")): ") == true)
    }

    @Test(
        "lie in directories that are found from their paths",
        arguments: [("/a/b/tls.crt", "/a/b"), ("/tls.crt", "/"), ("tls.crt", "."), ("certs/tls.crt", "certs")])
    func directories(path: String, expected: String) {
        let files = CertificateFiles(certificatePath: path, keyPath: "/k/tls.key", settings: TLSSettings())
        #expect(files.directories == [expected, "/k"])
    }
}
