internal import RawJSON

/// A `core/v1` Event as it is written.
struct EventRecord: Sendable, Equatable {
    /// What `events.k8s.io` allows a note.
    static let longestMessage = 1024

    let name: String
    let series: EventAggregator.Series
    var message: String
    let firstTime: Duration
    var lastTime: Duration
    var count: Int

    /// The object's name and a stamp, as client-go does it, within the 253 bytes of a name.
    static func name(of subject: EventNote.Subject, stamp: Int64) -> String {
        let longestName = 253
        let suffix = "." + String(stamp, radix: 16)
        var start = subject.name.prefix(longestName - suffix.utf8.count)
        // A part of a name may end in neither of these.
        while let last = start.last, last == "." || last == "-" { start.removeLast() }
        return start + suffix
    }

    func created(by source: EventSource) -> [UInt8] {
        var body: [UInt8] = []
        body.append(#"{"apiVersion":"v1","kind":"Event","metadata":{"name":"#)
        body.append(quoted: name)
        body.append(#","namespace":"#)
        body.append(quoted: series.subject.namespace)
        body.append(#"},"involvedObject":{"apiVersion":"#)
        body.append(quoted: series.subject.apiVersion)
        body.append(#","kind":"#)
        body.append(quoted: series.subject.kind)
        body.append(#","namespace":"#)
        body.append(quoted: series.subject.namespace)
        body.append(#","name":"#)
        body.append(quoted: series.subject.name)
        body.append(#","uid":"#)
        body.append(quoted: series.subject.uid)
        body.append(#"},"reason":"#)
        body.append(quoted: series.reason)
        body.append(#","message":"#)
        body.append(quoted: message)
        body.append(#","type":"#)
        body.append(quoted: series.kind.rawValue)
        body.append(#","source":{"component":"#)
        body.append(quoted: source.component)
        body.append(#"},"reportingComponent":"#)
        body.append(quoted: source.component)
        body.append(#","reportingInstance":"#)
        body.append(quoted: source.instance)
        body.append(#","firstTimestamp":"#)
        body.append(quoted: KubernetesTime.seconds(firstTime))
        body.append(#","lastTimestamp":"#)
        body.append(quoted: KubernetesTime.seconds(lastTime))
        body.append(#","count":"#)
        body.append(decimal: count)
        body.append("}")
        return body
    }

    /// The merge patch for a repetition.
    var repetition: [UInt8] {
        var body: [UInt8] = []
        body.append(#"{"count":"#)
        body.append(decimal: count)
        body.append(#","lastTimestamp":"#)
        body.append(quoted: KubernetesTime.seconds(lastTime))
        body.append(#","message":"#)
        body.append(quoted: message)
        body.append("}")
        return body
    }
}
