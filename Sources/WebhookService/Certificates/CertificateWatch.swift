internal import Logging
internal import Platform
internal import ServiceLifecycle
internal import TLS
internal import Telemetry

/// Keeps the served certificate in step with its files: inotify for speed, a poll for what inotify misses.
final class CertificateWatch: Service {
    /// controller-runtime's certwatcher polls as often (pkg/certwatcher/certwatcher.go).
    private static let pollMilliseconds: Int32 = 10_000

    /// Certificate and key arrive as two files, and some tools write each in pieces. A pair that cannot be served is called
    /// broken only when nothing has changed for this long, since the rest is usually on its way.
    private static let settleMilliseconds: Int32 = 300

    /// Changes that are waited out before a broken pair is reported all the same: no writer needs as many.
    private static let settleChanges = 100

    private typealias Outcome = CertificateReload<TLSContext>.Outcome

    private let files: CertificateFiles
    private let served: ServedCertificate
    private let initial: CertificateFiles.Contents
    private let metrics: CertificateMetrics
    private let logger: Logger
    private let wakeUp: WakeUp

    init(
        files: CertificateFiles, served: ServedCertificate, initial: CertificateFiles.Contents,
        metrics: CertificateMetrics, logger: Logger
    ) throws(SystemError) {
        self.files = files
        self.served = served
        self.initial = initial
        self.metrics = metrics
        self.logger = logger
        wakeUp = try WakeUp()
    }

    /// Runs until graceful shutdown. The waiting is done on a thread of its own.
    func run() async throws {
        let watch = DirectoryWatch(files.directories)
        if let problem = watch.problem {
            logger.info(
                "Polling the certificate files because changes cannot be watched", metadata: ["error": "\(problem)"])
        }
        try await BlockingWork.run(name: "certificates", wakeUp: wakeUp) { self.follow(watch) }
    }

    private func follow(_ watch: DirectoryWatch) {
        var reload = CertificateReload<TLSContext>(serving: initial)
        // The first look is for what changed between the first read and the watch.
        repeat {
            guard let outcome = settle(look(&reload), watch, &reload) else { return }
            act(on: outcome)
        } while watch.wait(milliseconds: CertificateWatch.pollMilliseconds, orUntil: wakeUp) != .woken
    }

    /// Looks again at a pair that cannot be served until it can, or until its files have come to rest.
    ///
    /// - Returns: nil at a wake-up.
    private func settle(
        _ first: Outcome, _ watch: DirectoryWatch, _ reload: inout CertificateReload<TLSContext>
    ) -> Outcome? {
        var outcome = first
        for _ in 0..<CertificateWatch.settleChanges {
            guard case .rejected(let problem) = outcome else { break }
            let change = watch.wait(milliseconds: CertificateWatch.settleMilliseconds, orUntil: wakeUp)
            if change == .woken { return nil }
            outcome = look(&reload)
            if case .stillRejected = outcome { outcome = .rejected(problem) }
            if change == .timedOut { break }
        }
        return outcome
    }

    private func look(_ reload: inout CertificateReload<TLSContext>) -> Outcome {
        metrics.reads.increment()
        let found: Result<CertificateFiles.Contents, CertificateProblem>
        do throws(CertificateProblem) {
            found = .success(try files.read())
        } catch {
            found = .failure(error)
        }
        return reload.look(at: found, making: files.makeContext)
    }

    private func act(on outcome: Outcome) {
        switch outcome {
        case .unchanged: break
        case .replaced(let context):
            served.replace(with: context)
            metrics.expiration.set(context.validity.upperBound)
            logger.info(
                "Serving a new certificate",
                metadata: ["file": "\(files.certificatePath)", "notAfter": "\(served.notAfter)"])
        case .rejected(let problem):
            metrics.readErrors.increment()
            logger.error(
                "Keeping the old certificate because the new one cannot be served", metadata: ["error": "\(problem)"])
        case .stillRejected:
            metrics.readErrors.increment()
        }
    }
}
