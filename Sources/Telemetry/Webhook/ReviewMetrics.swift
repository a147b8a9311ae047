/// What is counted for one webhook path, under controller-runtime's names.
///
/// A request counts in `inFlight` while it is handled, in `latency` when it is answered, and once by its status code.
package struct ReviewMetrics: Sendable {
    package let inFlight: Gauge
    package let latency: Histogram
    /// By position in `codes`, one more for any other code.
    private let requests: [Counter]
    private let codes: [UInt16]

    /// The status codes that a webhook path answers; controller-runtime creates 200 and 500 up front.
    package static let defaultCodes: [UInt16] = [200, 400, 405, 413, 415, 500, 503]

    init(inFlight: Gauge, latency: Histogram, requests: [Counter], codes: [UInt16]) {
        self.inFlight = inFlight
        self.latency = latency
        self.requests = requests
        self.codes = codes
    }

    /// Counts an answer. A code outside the closed set counts as `other`.
    package func answered(code: UInt16) {
        let position = codes.firstIndex(of: code) ?? codes.count
        requests[position].increment()
    }
}
