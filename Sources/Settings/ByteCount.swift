/// A positive number of bytes: `7340032`, or with the binary suffixes of Kubernetes quantities, `7Mi`.
package struct ByteCount: Sendable, Hashable, SettingValue, CustomStringConvertible {
    /// 1 ... Int.max.
    package let bytes: Int

    package init(bytes: Int) {
        self.bytes = max(1, bytes)
    }

    package init(argument: String) throws(SettingError) {
        let suffixes: [(String, Int)] = [("Ki", 1 << 10), ("Mi", 1 << 20), ("Gi", 1 << 30)]
        let suffix = suffixes.first { argument.hasSuffix($0.0) }
        let digits = argument.dropLast(suffix?.0.count ?? 0)
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }), let count = Int(digits) else {
            throw SettingError(
                "\(SettingError.quote(argument)) is not a number of bytes; write for example 7340032 or 7Mi")
        }
        let (bytes, overflow) = count.multipliedReportingOverflow(by: suffix?.1 ?? 1)
        guard !overflow, bytes > 0 else {
            throw SettingError("\(SettingError.quote(argument)) is out of range; write 1 or more, for example 7Mi")
        }
        self.bytes = bytes
    }

    package var description: String { String(bytes) }
}
