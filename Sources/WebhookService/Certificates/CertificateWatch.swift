internal import Logging
internal import Platform
internal import ServiceLifecycle
internal import TLS
internal import Telemetry

/// Keeps the served certificate in step with its files: inotify for speed, a poll for what inotify misses.
final class CertificateWatch: Service {
    /// controller-runtime's certwatcher polls as often (pkg/certwatcher/certwatcher.go).
    private static let pollMilliseconds: Int32 = 10_000

    /// Certificate and key arrive as two files. A pair that does not match is looked at again after this long before it
    /// is called broken, since the second file is usually on its way.
    private static let settleMilliseconds: Int32 = 300

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
        let watch = try DirectoryWatch(files.directories)
        try await BlockingWork.run(name: "certificates", wakeUp: wakeUp) { self.follow(watch) }
    }

    private func follow(_ watch: DirectoryWatch) {
        var reload = CertificateReload<TLSContext>(serving: initial)
        while true {
            switch watch.wait(milliseconds: CertificateWatch.pollMilliseconds, orUntil: wakeUp) {
            case .woken: return
            case .timedOut, .changed: break
            }
            var outcome = look(&reload)
            if case .rejected(let problem) = outcome {
                if watch.wait(milliseconds: CertificateWatch.settleMilliseconds, orUntil: wakeUp) == .woken { return }
                outcome = look(&reload)
                if case .stillRejected = outcome { outcome = .rejected(problem) }
            }
            act(on: outcome)
        }
    }

    private func look(_ reload: inout CertificateReload<TLSContext>) -> CertificateReload<TLSContext>.Outcome {
        metrics.reads.increment()
        let found: Result<CertificateFiles.Contents, CertificateProblem>
        do throws(CertificateProblem) {
            found = .success(try files.read())
        } catch {
            found = .failure(error)
        }
        return reload.look(at: found, making: files.makeContext)
    }

    private func act(on outcome: CertificateReload<TLSContext>.Outcome) {
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
