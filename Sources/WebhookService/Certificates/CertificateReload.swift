/// Decides what a look at the certificate files means. Pure: it is given what was read.
///
/// The pair in service stays until a complete, matching one is there; a bad pair is reported once, not at every look.
struct CertificateReload<Context> {
    enum Outcome {
        case unchanged
        /// The new pair goes into service.
        case replaced(Context)
        /// The old pair stays. Not reported before.
        case rejected(CertificateProblem)
        /// The old pair stays, for the reason reported last.
        case stillRejected
    }

    private var served: CertificateFiles.Contents
    private var lastProblem: CertificateProblem?

    init(serving contents: CertificateFiles.Contents) {
        served = contents
    }

    /// - Parameters:
    ///   - found: the files as they are now, or why they could not be read.
    ///   - make: checks a pair that differs from the one in service, and makes it ready.
    mutating func look(
        at found: Result<CertificateFiles.Contents, CertificateProblem>,
        making make: (CertificateFiles.Contents) throws(CertificateProblem) -> Context
    ) -> Outcome {
        do throws(CertificateProblem) {
            let contents = try found.get()
            if contents == served {
                lastProblem = nil
                return .unchanged
            }
            let context = try make(contents)
            served = contents
            lastProblem = nil
            return .replaced(context)
        } catch {
            if error == lastProblem { return .stillRejected }
            lastProblem = error
            return .rejected(error)
        }
    }
}
