internal import PodManifests
internal import TokenRefresh

/// Whether one of the refresher's replicas leads.
struct LeaseCheck {
    let name: String
    let namespace: String
    let now: Timestamp

    func result(_ reading: Reading<ManifestValue>) -> CheckResult {
        if let obstacle = reading.obstacle(.leader, right: "get leases -n \(namespace)") { return obstacle }
        let mend = "kubectl -n \(namespace) logs deployment/\(name): it says why the Lease cannot be taken or renewed"
        guard let lease = reading.value else {
            return .failed(.leader, "there is no Lease \(namespace)/\(name), so no refresher ever led", mend: mend)
        }
        let spec = lease["spec"]
        guard let holder = spec?["holderIdentity"]?.string, !holder.isEmpty else {
            return .failed(.leader, "nobody holds the Lease \(namespace)/\(name)", mend: mend)
        }
        guard let renewed = spec?["renewTime"]?.string.flatMap({ Timestamp(rfc3339: $0) }) else {
            return .failed(.leader, "the Lease \(namespace)/\(name) has no renewTime that can be read", mend: mend)
        }
        let duration = Duration.seconds(max(spec?["leaseDurationSeconds"]?.integer ?? 15, 1))
        let age = now - renewed
        // The leader renews several times in that span; a clock may be off by as much again.
        guard age <= duration * 2 else {
            return .failed(
                .leader, "\(holder) has not renewed the Lease \(namespace)/\(name) for \(Span.text(age))", mend: mend)
        }
        return .ok(.leader, "\(holder) leads; it renewed the Lease \(Span.text(max(age, .zero))) ago")
    }
}
