import ServerTestSupport
import Testing

@testable import RefresherService

@Suite("Authorities for GitHub")
struct GitHubAuthoritiesTests {
    private let directory: TemporaryDirectory
    private let own: [UInt8]

    init() throws {
        directory = try TemporaryDirectory()
        own = try CertificateFixture.first.get().certificate
        try directory.write(own, to: "own.crt")
    }

    @Test("are the file's beside the first bundle that the system has")
    func beside() throws {
        try directory.write(Array("system".utf8), to: "system.crt")
        try directory.write(Array("unused".utf8), to: "unused.crt")
        let all = try GitHubAuthorities.read(
            directory.path("own.crt"),
            system: [directory.path("none"), directory.path("system.crt"), directory.path("unused.crt")])
        #expect(all == Array("system\n".utf8) + own)
    }

    @Test("are the file's alone where the system has none")
    func alone() throws {
        #expect(try GitHubAuthorities.read(directory.path("own.crt"), system: [directory.path("none")]) == own)
    }

    @Test("must be readable and hold a certificate")
    func problems() throws {
        try directory.write(Array("hello".utf8), to: "text")
        #expect(throws: GitHubAuthorities.Problem.noCertificate) {
            try GitHubAuthorities.read(directory.path("text"))
        }
        #expect(throws: GitHubAuthorities.Problem.unreadable(reason: "No such file or directory")) {
            try GitHubAuthorities.read(directory.path("none"))
        }
    }
}
