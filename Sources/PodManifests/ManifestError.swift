/// Why a file could not be used: where, and what is wrong. No text of the file is repeated, since manifests may hold
/// secrets.
package struct ManifestError: Error, Equatable, CustomStringConvertible {
    package let file: String
    /// Counted from 1 within the file; nil when the file has not been taken apart yet.
    package let document: Int?
    /// Counted from 1 within the file.
    package let line: Int?
    package let problem: String

    package init(file: String, document: Int? = nil, line: Int? = nil, problem: String) {
        self.file = file
        self.document = document
        self.line = line
        self.problem = problem
    }

    /// `pod.yaml: document 2, line 14: mapping values are not allowed in this context`
    package var description: String {
        let place = [document.map { "document \($0)" }, line.map { "line \($0)" }].compactMap(\.self)
        return place.isEmpty ? "\(file): \(problem)" : "\(file): \(place.joined(separator: ", ")): \(problem)"
    }
}
