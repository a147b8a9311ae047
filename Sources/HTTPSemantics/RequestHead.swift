/// The request line and fields of one request, whichever protocol brought it.
///
/// An engine keeps one and refills it, so a request costs no allocation; views are copied out as `String` only where
/// somebody asks. Field names are stored in lower case.
package struct RequestHead: Sendable {
    package private(set) var method: HTTPMethod = .get
    private var text: [UInt8] = []
    private var pathRange = 0..<0
    private var queryRange = 0..<0
    private var fields: [(name: Range<Int>, value: Range<Int>)] = []

    package init() {}

    // MARK: Filling, by the engines

    /// Empties the head for the next request and keeps its storage.
    package mutating func reset() {
        method = .get
        text.removeAll(keepingCapacity: true)
        fields.removeAll(keepingCapacity: true)
        pathRange = 0..<0
        queryRange = 0..<0
    }

    package mutating func setMethod(_ method: HTTPMethod) {
        self.method = method
    }

    /// Sets path and query from an origin-form target (RFC 9112 section 3.2.1), split at the first `?`.
    package mutating func setTarget(_ target: Span<UInt8>) {
        let start = text.count
        var split = target.count
        for index in target.indices where target[index] == UInt8(ascii: "?") {
            split = index
            break
        }
        text.append(target)
        pathRange = start..<(start + split)
        queryRange = min(start + split + 1, text.count)..<text.count
    }

    /// Adds a field; `name` is lowered here.
    package mutating func addField(name: Span<UInt8>, value: Span<UInt8>) {
        let start = text.count
        text.append(name)
        let middle = text.count
        for index in start..<middle { text[index] = text[index].loweredASCII }
        text.append(value)
        fields.append((start..<middle, middle..<text.count))
    }

    // MARK: Reading, by the handlers

    /// Whether the path, as received and without its query, is exactly `candidate`.
    package func hasPath(_ candidate: StaticString) -> Bool {
        equals(pathRange, candidate)
    }

    package var path: String { string(pathRange) }

    /// The query without its `?`; empty when there is none.
    package var query: String { string(queryRange) }

    package var fieldCount: Int { fields.count }

    /// The first field of that (lower-case) name.
    package func value(of name: StaticString) -> String? {
        for field in fields where equals(field.name, name) { return string(field.value) }
        return nil
    }

    /// How many fields carry that (lower-case) name.
    package func count(of name: StaticString) -> Int {
        fields.reduce(into: 0) { count, field in if equals(field.name, name) { count += 1 } }
    }

    /// Whether the content type, without parameters and whatever its case, is `candidate` (lower case).
    package func hasMediaType(_ candidate: StaticString) -> Bool {
        for field in fields where equals(field.name, "content-type") {
            let value = field.value
            let end = text[value].firstIndex { $0 == 0x3B || $0 == 0x20 || $0 == 0x09 } ?? value.upperBound
            return candidate.equalsLowered(text[value.lowerBound..<end])
        }
        return false
    }

    private func equals(_ range: Range<Int>, _ candidate: StaticString) -> Bool {
        candidate.equals(text[range])
    }

    private func string(_ range: Range<Int>) -> String {
        String(decoding: text[range], as: UTF8.self)
    }
}
