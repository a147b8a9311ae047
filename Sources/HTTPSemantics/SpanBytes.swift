// The few bulk operations between spans and arrays that the engines share; each is one memory copy or comparison.

extension [UInt8] {
    /// Appends `bytes` in one copy.
    package mutating func append(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }

    /// Appends `bytes` in one copy.
    package mutating func append(_ bytes: RawSpan) {
        unsafe bytes.withUnsafeBytes { unsafe append(contentsOf: $0) }
    }
}

extension StaticString {
    /// Whether `bytes` are exactly this literal's UTF-8.
    package func equals(_ bytes: Span<UInt8>) -> Bool {
        withUTF8Buffer { literal in
            guard literal.count == bytes.count else { return false }
            for index in bytes.indices where unsafe literal[index] != bytes[index] { return false }
            return true
        }
    }

    /// Whether `bytes`, with ASCII capitals lowered, are exactly this (lower-case) literal.
    package func equalsLowered(_ bytes: Span<UInt8>) -> Bool {
        withUTF8Buffer { literal in
            guard literal.count == bytes.count else { return false }
            for index in bytes.indices where unsafe literal[index] != bytes[index].loweredASCII { return false }
            return true
        }
    }
}
