package import PodManifests

/// A rule that spoils the next answers to matching requests. Written as an object of a fault script:
///
/// ```
/// {"method": "PATCH", "path": "/secrets/", "watch": false, "skip": 1, "count": 3, "status": 409,
///  "message": "...", "reason": "Conflict", "fields": {"retry-after": "2"}, "contentType": "text/html", "body": "...",
///  "delayMilliseconds": 500, "cut": 10, "ending": "abort", "perform": true, "watchError": 410}
/// ```
package struct Fault: Sendable {
    package enum Ending: String, Sendable {
        /// The answer ends as it should.
        case finish
        /// The connection (HTTP/2: the stream) breaks.
        case abort
        /// Nothing more comes, and the connection stays.
        case stall
    }

    /// Upper case; nil matches every method.
    package var method: String?
    /// Somewhere in the path; empty matches every path.
    package var path = ""
    /// Whether the request is a watch; nil matches both.
    package var isWatch: Bool?
    /// Matching requests that pass before the first is spoilt.
    package var skip = 0
    /// Matching requests that are spoilt.
    package var count = 1
    /// The answer's status in place of the service's; nil keeps its answer.
    package var status: UInt16?
    package var reason = "InternalError"
    package var message = "injected by a fault script"
    /// Added to those of the answer, in the place of any of the same name; lower case.
    package var fields: [(name: String, value: String)] = []
    /// nil keeps the type of the answer.
    package var contentType: String?
    /// nil keeps the body, or makes a Status.
    package var body: String?
    package var delayMilliseconds = 0
    /// Bytes of the body that are sent before `ending`; nil sends all, or, for another ending than `finish`, no head either.
    package var cut: Int?
    package var ending = Ending.finish
    /// Whether the request takes effect although its answer is lost or replaced.
    package var performs = false
    /// A watch answers with one ERROR event of this code and ends.
    package var watchError: UInt16?

    package init() {}

    /// - Throws: `FaultProblem` that names the field it does not know or understand.
    package init(_ object: ManifestValue) throws(FaultProblem) {
        guard object.isObject else { throw FaultProblem(description: "a fault must be an object") }
        for member in object.members {
            let value = member.value
            let isUnderstood =
                switch member.key {
                case "method": Self.set(&method, value.string)
                case "path": Self.set(&path, value.string)
                case "watch": Self.set(&isWatch, value.flag)
                case "skip": Self.set(&skip, value.integer)
                case "count": Self.set(&count, value.integer)
                case "status": Self.set(&status, value.integer.flatMap(UInt16.init(exactly:)))
                case "reason": Self.set(&reason, value.string)
                case "message": Self.set(&message, value.string)
                case "fields":
                    Self.set(&fields, value.strings.map { ($0.key.lowercased(), $0.value) }.sorted { $0.0 < $1.0 })
                case "contentType": Self.set(&contentType, value.string)
                case "body": Self.set(&body, value.string)
                case "delayMilliseconds": Self.set(&delayMilliseconds, value.integer)
                case "cut": Self.set(&cut, value.integer)
                case "ending": Self.set(&ending, value.string.flatMap(Ending.init))
                case "perform": Self.set(&performs, value.flag)
                case "watchError": Self.set(&watchError, value.integer.flatMap(UInt16.init(exactly:)))
                default: false
                }
            if !isUnderstood {
                throw FaultProblem(description: "\(member.key) is not a field of a fault, or has a wrong value")
            }
        }
    }

    private static func set<Value>(_ field: inout Value, _ value: Value?) -> Bool {
        if let value { field = value }
        return value != nil
    }

    private static func set<Value>(_ field: inout Value?, _ value: Value?) -> Bool {
        if let value { field = value }
        return value != nil
    }

    func matches(_ request: SandboxRequest) -> Bool {
        (method ?? request.method) == request.method && (path.isEmpty || request.path.contains(path))
            && (isWatch ?? request.isWatch) == request.isWatch && (watchError == nil || request.isWatch)
    }
}

extension ManifestValue {
    fileprivate var flag: Bool? {
        if case .bool(let flag) = self { flag } else { nil }
    }
}

extension SandboxRequest {
    /// Whether this asks for a stream of changes.
    package var isWatch: Bool { query["watch"] == "true" || query["watch"] == "1" }
}

/// Why a fault script cannot be used.
package struct FaultProblem: Error, Equatable, CustomStringConvertible, Sendable {
    package let description: String
}

/// Faults in the order in which they are tried; the first that matches takes the request.
package struct FaultScript: Sendable {
    package private(set) var faults: [Fault] = []

    package init() {}

    /// - Parameter list: an array of faults.
    package init(_ list: ManifestValue) throws(FaultProblem) {
        guard let elements = list.elements else { throw FaultProblem(description: "a fault script must be an array") }
        for element in elements { faults.append(try Fault(element)) }
    }

    package mutating func append(_ more: FaultScript) { faults += more.faults }

    package mutating func append(_ fault: Fault) { faults.append(fault) }

    /// The fault for a request; it then counts as used once more.
    package mutating func take(for request: SandboxRequest) -> Fault? {
        for index in faults.indices where faults[index].matches(request) {
            if faults[index].skip > 0 {
                faults[index].skip -= 1
                continue
            }
            faults[index].count -= 1
            let fault = faults[index]
            if fault.count <= 0 { faults.remove(at: index) }
            return fault
        }
        return nil
    }
}
