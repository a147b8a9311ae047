internal import CCurl

/// libcurl's linked list of field lines, owned. The handle that uses it keeps it.
@safe final class FieldList {
    private(set) var head: UnsafeMutablePointer<curl_slist>?

    deinit { unsafe curl_slist_free_all(head) }

    /// Adds a field. libcurl leaves a field with an empty value out unless it is written with a semicolon.
    ///
    /// - Returns: false when there is no memory.
    func append(_ name: String, _ value: String) -> Bool {
        append(line: value.isEmpty ? "\(name);" : "\(name): \(value)")
    }

    /// Keeps libcurl from adding a field by itself.
    func suppress(_ name: String) -> Bool {
        append(line: "\(name):")
    }

    private func append(line: String) -> Bool {
        guard let grown = unsafe curl_slist_append(head, line) else { return false }
        unsafe head = unsafe grown
        return true
    }
}
