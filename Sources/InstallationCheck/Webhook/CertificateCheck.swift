internal import Kubernetes
internal import TLS
internal import TokenRefresh

/// Whether the API server trusts the certificate that the webhook serves.
struct CertificateCheck {
    let certificate: ServedCertificate
    let now: Timestamp

    private static let managed = "with --manage-webhook-certificates, look at the log of the refresher that leads"
    private static let links: [Link] = [.authority, .certificateNames, .certificateExpiry]
    /// Whoever renews certificates does it weeks before their end: less than two means that nobody does.
    private static let warnBefore: Duration = .seconds(14 * 86_400)
    private static let failBefore: Duration = .seconds(3 * 86_400)

    /// - Parameter entries: those that are called where the certificate is served.
    func results(for entries: [WebhookEntry]) -> [CheckResult] {
        let (place, pem): (String, [UInt8])
        switch certificate {
        case .shown(let by, let shown): (place, pem) = ("the certificate that \(by) serves", shown)
        case .stored(let name, let stored): (place, pem) = ("the certificate in Secret \(name)", stored)
        case .unseen(let reason): return Self.links.map { .skipped($0, "not checked: \(reason)") }
        case .unreachable(let problem, let mend): return [.failed(.authority, problem, mend: mend)]
        }
        let presented: PresentedCertificate
        do throws(TLSError) {
            presented = try PresentedCertificate(pem: pem)
        } catch {
            return [
                .failed(
                    .authority, "\(place) cannot be read: \(error.reason)",
                    mend: "make a new one: certs/generate.sh, or look at the cert-manager Certificate; \(Self.managed)")
            ]
        }
        return [
            authority(of: presented, place, entries), names(of: presented, place, entries),
            expiry(of: presented, place),
        ]
    }

    private func authority(
        of presented: PresentedCertificate, _ place: String, _ entries: [WebhookEntry]
    ) -> CheckResult {
        for entry in entries {
            guard let problem = problem(of: presented, place, entry) else { continue }
            return .failed(
                .authority, "\(entry.name): \(problem)",
                mend:
                    "put the CA that signed it into the caBundle of every webhook, as manifests/README.md shows; with "
                    + "cert-manager, look at the annotation cert-manager.io/inject-ca-from and the cainjector's log; "
                    + Self.managed)
        }
        return .ok(.authority, "\(place) leads to the caBundle of \(Self.counted(entries))")
    }

    private func problem(of presented: PresentedCertificate, _ place: String, _ entry: WebhookEntry) -> String? {
        guard let authorities = entry.authorities else { return "it has no caBundle, or one that is not base64" }
        do throws(TLSError) {
            switch try presented.trust(by: authorities, at: nil) {
            case .noAuthority: return "its caBundle holds no certificate"
            case .refused(let reason): return "\(place) does not lead to its caBundle (\(reason))"
            case .trusted: break
            }
            // With the leaf's own dates out of the way, what is left are those of the authorities.
            guard (presented.validity.lowerBound..<presented.validity.upperBound).contains(now.seconds) else {
                return nil
            }
            guard case .refused(let reason) = try presented.trust(by: authorities, at: now.seconds) else { return nil }
            return "an authority in its caBundle or in the chain is out of date (\(reason))"
        } catch {
            return "\(error)"
        }
    }

    private func names(
        of presented: PresentedCertificate, _ place: String, _ entries: [WebhookEntry]
    ) -> CheckResult {
        let hosts = Set(entries.compactMap { $0.target?.host }).sorted()
        let missing = hosts.filter { !presented.isFor(host: $0) }
        guard missing.isEmpty else {
            return .failed(
                .certificateNames, "\(place) is not for \(missing.joined(separator: ", "))",
                mend:
                    "make one for that name: certs/generate.sh --service NAME --namespace NAMESPACE, or add it to the "
                    + "dnsNames of the cert-manager Certificate; \(Self.managed)")
        }
        return .ok(.certificateNames, "\(place) is for \(hosts.joined(separator: ", "))")
    }

    private func expiry(of presented: PresentedCertificate, _ place: String) -> CheckResult {
        let from = Timestamp(seconds: presented.validity.lowerBound)
        let end = Timestamp(seconds: presented.validity.upperBound)
        let mend =
            "renew it: certs/generate.sh, or look at the cert-manager Certificate: kubectl describe certificate; "
            + Self.managed
        if now < from {
            return .failed(
                .certificateExpiry, "\(place) is valid from \(from.rfc3339) only",
                mend: "look at the clocks, or \(mend)")
        }
        if end <= now { return .failed(.certificateExpiry, "\(place) expired at \(end.rfc3339)", mend: mend) }
        let message = "\(place) is valid until \(end.rfc3339), \(Span.text(end - now)) from now"
        if end - now < Self.failBefore { return .failed(.certificateExpiry, message, mend: mend) }
        if end - now < Self.warnBefore { return .warning(.certificateExpiry, message, mend: mend) }
        return .ok(.certificateExpiry, message)
    }

    private static func counted(_ entries: [WebhookEntry]) -> String {
        entries.count == 1 ? entries[0].name : "all \(entries.count) webhooks"
    }
}
