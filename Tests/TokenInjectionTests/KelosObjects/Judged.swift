import RawJSON
import TokenInjection

/// One of the places of `podOverrides`, as a test names it.
struct Place: Sendable, CustomStringConvertible {
    let kind: KelosKind
    let isLegacy: Bool

    static let all = KelosKind.allCases.flatMap { [Place(kind: $0, isLegacy: true), Place(kind: $0, isLegacy: false)] }

    /// What stands before `podOverrides` in a field path, written down here once more.
    private var keys: [String] {
        let template: [String] =
            switch kind {
            case .task, .workerPool, .session: []
            case .taskSpawner: ["taskTemplate"]
            case .sessionSpawner: ["sessionTemplate"]
            }
        return ["spec"] + template + (isLegacy ? [] : ["worker"])
    }

    var field: String { (keys + ["podOverrides"]).joined(separator: ".") }

    var description: String { "\(kind.name) \(field)" }

    /// An object with these overrides, as JSON.
    ///
    /// - Parameter beside: further fields of what the overrides stand in, each followed by a comma.
    func object(_ overrides: String, beside: String = "", metadata: String = "{}") -> String {
        var text = "{\(beside)\"podOverrides\":\(overrides)}"
        for key in keys.reversed() { text = "{\"\(key)\":\(text)}" }
        return "{\"metadata\":\(metadata)," + text.dropFirst()
    }

    /// The verdict on an object with these overrides.
    func judged(_ overrides: String, beside: String = "") throws -> KelosVerdict {
        try TokenInjectionTests.judged(object(overrides, beside: beside), kind)
    }
}

/// The verdict on an object, or on what it becomes.
func judged(_ object: String, _ kind: KelosKind = .task, replacing old: String? = nil) throws -> KelosVerdict {
    let bytes = Array(object.utf8)
    var index = JSONIndex()
    let view = try index.read(unsafe bytes.span.bytes)
    guard let old else { return KelosObjectRules.verdict(on: view, of: kind) }
    let oldBytes = Array(old.utf8)
    var oldIndex = JSONIndex()
    return KelosObjectRules.verdict(on: view, replacing: try oldIndex.read(unsafe oldBytes.span.bytes), of: kind)
}

extension KelosVerdict {
    var violations: [Violation] {
        if case .refuse(let violations) = outcome { return violations }
        return []
    }

    var passed: SkipReason? {
        if case .pass(let reason) = outcome { return reason }
        return nil
    }

    /// `field: message` of each violation.
    var sentences: [String] { violations.map { "\($0.field): \($0.message)" } }
}
