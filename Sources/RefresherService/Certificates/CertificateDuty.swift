package import CertificateRotation
package import Kubernetes
package import Platform

/// Owns the webhook's certificates while it leads: the authority and the leaf in two Secrets, and the bundle in the
/// MutatingWebhookConfiguration, so that the webhook itself needs no right at all.
///
/// What to do is `Rotation`'s to decide. Each write names the version that the decision was made on, so a leader that has
/// been overtaken changes nothing; after each write it looks around anew, so it may stop anywhere.
package struct CertificateDuty: LeaderDuty {
    package struct Settings: Sendable {
        /// The MutatingWebhookConfiguration.
        package var configuration: String
        /// Of both Secrets.
        package var namespace: String
        package var authoritySecret: String
        package var leafSecret: String
        package var policy: RotationPolicy
        /// Looks and tells, and writes nothing.
        package var isDryRun: Bool

        package init(
            configuration: String = "kelos-token-webhook", namespace: String,
            authoritySecret: String = "kelos-token-webhook-ca", leafSecret: String = "kelos-token-webhook-cert",
            policy: RotationPolicy = .standard, isDryRun: Bool = false
        ) {
            self.configuration = configuration
            self.namespace = namespace
            self.authoritySecret = authoritySecret
            self.leafSecret = leafSecret
            self.policy = policy
            self.isDryRun = isDryRun
        }
    }

    /// After a write or a failure. It doubles with each further failure, and with each write of the same kind: somebody who
    /// takes back what is written here must not be answered once a second for ever.
    private static let (shortestPause, longestPause) = (Duration.seconds(1), Duration.seconds(60))
    private static let dryRunPause = Duration.seconds(60)

    private let settings: Settings
    private let clock: any ClientClock
    private let observer: any CertificateObserver
    private let survey: CertificateSurvey
    private let writer: CertificateWriter

    /// - Parameters:
    ///   - shownCertificates: what a TLS server shows, PEM. Must end by itself within seconds.
    ///   - addresses: those of a host, for webhooks that are called by URL.
    package init(
        _ settings: Settings, kubernetes: KubernetesClient, clock: any ClientClock,
        observer: any CertificateObserver,
        shownCertificates: @escaping @Sendable (SocketAddress) async throws -> [UInt8],
        addresses: @escaping @Sendable (URLTarget) async throws -> [SocketAddress]
    ) {
        self.settings = settings
        self.clock = clock
        self.observer = observer
        survey = CertificateSurvey(
            settings, kubernetes,
            replicas: WebhookReplicas(
                kubernetes, shownCertificates: shownCertificates, lookup: addresses, observer: observer),
            clock: clock)
        writer = CertificateWriter(settings, kubernetes)
    }

    package func work() async {
        defer { observer.observe(.stopped) }
        var rotation = Rotation(settings.policy)
        var pace = Pace()
        while !Task.isCancelled {
            let pause: Duration
            do throws(CertificateProblem) {
                pause = try await turn(&rotation, &pace)
            } catch {
                guard !Task.isCancelled else { return }
                observer.observe(.failed(error))
                pause = max(pace.next(after: .failure), error.retryAfter ?? .zero)
            }
            guard (try? await clock.pause(for: pause)) != nil else { return }
        }
    }

    /// One look, and one step at most.
    ///
    /// - Returns: how long to wait before the next.
    private func turn(_ rotation: inout Rotation, _ pace: inout Pace) async throws(CertificateProblem) -> Duration {
        let findings = try await survey.look()
        observer.observe(.seen(findings.observation))
        switch rotation.next(findings.observation) {
        case .wait(let span, let reason):
            observer.observe(.waiting(reason))
            if reason == .renewal { pace = Pace() }
            return span
        case .act(let action):
            guard !settings.isDryRun else {
                observer.observe(.wouldAct(action))
                return Self.dryRunPause
            }
            observer.observe(try await writer.perform(action, findings) ? .acted(action) : .overtaken(action))
            return pace.next(after: .write(action.kind))
        }
    }

    /// How fast things are tried that may be in vain.
    private struct Pace {
        enum Turn: Equatable {
            case failure
            case write(RotationAction.Kind)
        }

        private var last: Turn?
        private var pause = shortestPause

        mutating func next(after turn: Turn) -> Duration {
            pause = turn == last ? min(pause * 2, longestPause) : shortestPause
            last = turn
            return pause
        }
    }
}
