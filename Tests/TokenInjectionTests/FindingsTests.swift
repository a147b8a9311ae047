import Testing
import TokenInjection

@Suite struct FindingsTests {
    private static let secret = #""kelos.dev/github-token-secret":"s","kelos.dev/github-token-containers":"#

    private func warnings(listing names: String) throws -> [String] {
        try planned(taskPod(#"{"name":"a"}"#, annotations: "\(Self.secret)\"\(names)\"")).plan.warnings
    }

    @Test("Warnings keep within what the API server passes on uncut")
    func limits() throws {
        let many = (0..<200).map { "nobody-\($0)" }.joined(separator: ",")
        let warnings = try warnings(listing: many)
        #expect(warnings.count > 20)
        #expect(warnings.reduce(0) { $0 + $1.unicodeScalars.count } <= 4096)
        #expect(warnings.allSatisfy { $0.unicodeScalars.count <= 256 })
    }

    @Test("The same warning is given once")
    func duplicates() throws {
        #expect(try warnings(listing: "x,x,x").count == 1)
    }

    @Test("Text from the pod is quoted, cut, and stripped of what is not printable")
    func quoting() throws {
        let long = String(repeating: "y", count: 100)
        #expect(
            try warnings(listing: "\(long),a\\u0000\\n\\u0085\\u2028\\\"b").map { $0.split(separator: " ")[4] } == [
                "\"\(String(repeating: "y", count: 63))\u{2026}\",", "\"a?????b\",",
            ])
    }
}
