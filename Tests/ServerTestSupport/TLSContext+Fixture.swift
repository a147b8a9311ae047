package import TLS

extension TLSContext {
    /// A context for the first fixture.
    package static func fixture(_ adjust: (inout TLSSettings) -> Void = { _ in }) throws -> TLSContext {
        let pair = try CertificateFixture.first.get()
        var settings = TLSSettings()
        adjust(&settings)
        return try TLSContext(certificateChain: pair.certificate, privateKey: pair.key, settings: settings)
    }
}
