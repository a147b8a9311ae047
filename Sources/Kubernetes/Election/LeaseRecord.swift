internal import RawJSON

/// The part of a Lease (`coordination.k8s.io/v1`) that an election is about.
package struct LeaseRecord: Sendable, Equatable {
    /// Empty when nobody holds it.
    package var holder: String
    package var durationSeconds: Int
    /// RFC 3339 with microseconds, written for people; decisions go by what changes and when that is seen.
    package var acquireTime: String
    package var renewTime: String
    /// How often the holder changed.
    package var transitions: Int

    init(holder: String, durationSeconds: Int, acquireTime: String, renewTime: String, transitions: Int) {
        self.holder = holder
        self.durationSeconds = durationSeconds
        self.acquireTime = acquireTime
        self.renewTime = renewTime
        self.transitions = transitions
    }

    /// The `spec` as it is sent.
    func append(to body: inout [UInt8]) {
        body.append(#"{"holderIdentity":"#)
        body.append(quoted: holder)
        body.append(#","leaseDurationSeconds":"#)
        body.append(decimal: durationSeconds)
        body.append(#","acquireTime":"#)
        body.append(quoted: acquireTime)
        body.append(#","renewTime":"#)
        body.append(quoted: renewTime)
        body.append(#","leaseTransitions":"#)
        body.append(decimal: transitions)
        body.append("}")
    }
}

/// A Lease as it was read or written.
struct ObservedLease: Sendable, Equatable {
    let record: LeaseRecord
    let resourceVersion: String

    init(record: LeaseRecord, resourceVersion: String) {
        self.record = record
        self.resourceVersion = resourceVersion
    }

    /// - Throws: `KubernetesError.malformed` for what is no Lease.
    init(_ body: [UInt8]) throws(KubernetesError) {
        var index = JSONIndex()
        let root: JSONValue
        do {
            root = try index.read(unsafe body.span.bytes)
        } catch {
            throw KubernetesError(.malformed, "The lease is not JSON: \(error)")
        }
        guard let version = root.field("metadata")?.text("resourceVersion") else {
            throw KubernetesError(.malformed, "The lease has no resourceVersion")
        }
        // A Lease without a spec is one that nobody holds.
        let spec = root.field("spec")
        self.init(
            record: LeaseRecord(
                holder: spec?.text("holderIdentity") ?? "",
                durationSeconds: spec?.field("leaseDurationSeconds")?.integer ?? 0,
                acquireTime: spec?.text("acquireTime") ?? "", renewTime: spec?.text("renewTime") ?? "",
                transitions: spec?.field("leaseTransitions")?.integer ?? 0),
            resourceVersion: version)
    }
}
