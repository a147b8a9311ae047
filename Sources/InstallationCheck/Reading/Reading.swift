internal import Kubernetes

/// What came of looking for something in the cluster.
enum Reading<Value: Sendable>: Sendable {
    case found(Value)
    case missing
    /// The user may not look; with the API server's words.
    case forbidden(String)
    case failed(String)

    init(_ error: KubernetesError) {
        self =
            switch error.code {
            case .notFound: .missing
            case .forbidden: .forbidden(error.message)
            default: .failed(error.message)
            }
    }

    var value: Value? {
        if case .found(let value) = self { value } else { nil }
    }

    func map<Other>(_ transform: (Value) -> Other) -> Reading<Other> {
        switch self {
        case .found(let value): .found(transform(value))
        case .missing: .missing
        case .forbidden(let message): .forbidden(message)
        case .failed(let message): .failed(message)
        }
    }

    /// What follows for a link whose object could not be read; nil for one that was, and for one that is not there.
    ///
    /// - Parameter right: what the user lacks, as `kubectl auth can-i` takes it.
    func obstacle(_ link: Link, right: String) -> CheckResult? {
        switch self {
        case .found, .missing: nil
        case .forbidden(let message):
            .skipped(
                link, "not checked: \(message)",
                mend: "run this as somebody who may: kubectl auth can-i \(right)")
        case .failed(let message):
            .failed(link, "not readable: \(message)", mend: "run this again; if it stays, look at the API server's log")
        }
    }
}
