/// Requests counted by a closed set of status codes; any other code is `other`.
package struct CodeCounters: Sendable {
    /// The codes of HTTP APIs that somebody may want to tell apart.
    static let codes: [UInt16] = [200, 201, 400, 401, 403, 404, 409, 410, 422, 429, 500, 502, 503, 504]

    private let counters: [Counter]

    /// The values of the label, in the order of the counters.
    ///
    /// - Parameter failure: what a request without any answer is called.
    static func labels(failure: String) -> [String] {
        codes.map(String.init) + ["other", failure]
    }

    init(_ counters: [Counter]) {
        self.counters = counters
    }

    /// - Parameter code: nil when there was no answer.
    package func count(_ code: UInt16?) {
        guard let code else { return counters[Self.codes.count + 1].increment() }
        counters[Self.codes.firstIndex(of: code) ?? Self.codes.count].increment()
    }
}
