import Testing

@testable import WebhookService

@Suite("A look at the certificate files")
struct CertificateReloadTests {
    private typealias Contents = CertificateFiles.Contents
    private typealias Found = Result<Contents, CertificateProblem>

    private let old = Contents(certificate: [1], key: [1])
    private let new = Contents(certificate: [2], key: [2])
    private let torn = Contents(certificate: [2], key: [1])
    private let mismatch = CertificateProblem("they do not match")

    /// A context stands for its contents; contents whose parts differ make none.
    private func make(_ contents: Contents) throws(CertificateProblem) -> Contents {
        guard contents.certificate == contents.key else { throw mismatch }
        return contents
    }

    private func look(_ reload: inout CertificateReload<Contents>, _ found: Found) -> String {
        switch reload.look(at: found, making: make) {
        case .unchanged: "unchanged"
        case .replaced(let contents): "replaced \(contents.certificate)"
        case .rejected(let problem): "rejected: \(problem)"
        case .stillRejected: "still rejected"
        }
    }

    @Test("finds the same pair and makes nothing of it")
    func unchanged() {
        var reload = CertificateReload<Contents>(serving: torn)
        // Making anything of this pair would fail.
        #expect(look(&reload, .success(torn)) == "unchanged")
    }

    @Test("puts a new pair into service once")
    func replaced() {
        var reload = CertificateReload<Contents>(serving: old)
        #expect(look(&reload, .success(new)) == "replaced [2]")
        #expect(look(&reload, .success(new)) == "unchanged")
        #expect(look(&reload, .success(old)) == "replaced [1]")
    }

    @Test("reports a bad pair once, and takes the good one that follows")
    func tornPair() {
        var reload = CertificateReload<Contents>(serving: old)
        #expect(look(&reload, .success(torn)) == "rejected: they do not match")
        #expect(look(&reload, .success(torn)) == "still rejected")
        #expect(look(&reload, .success(new)) == "replaced [2]")
    }

    @Test("reports another problem, and the same one again after things were well")
    func problems() {
        var reload = CertificateReload<Contents>(serving: old)
        let missing = CertificateProblem("no such file")
        #expect(look(&reload, .failure(missing)) == "rejected: no such file")
        #expect(look(&reload, .failure(missing)) == "still rejected")
        #expect(look(&reload, .success(torn)) == "rejected: they do not match")
        #expect(look(&reload, .success(old)) == "unchanged")
        #expect(look(&reload, .failure(missing)) == "rejected: no such file")
    }
}
