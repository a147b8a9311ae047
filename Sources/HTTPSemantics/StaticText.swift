extension StaticString {
    /// Whether `bytes` are exactly this literal's UTF-8.
    package func equals(_ bytes: ArraySlice<UInt8>) -> Bool {
        withUTF8Buffer { literal in
            guard literal.count == bytes.count else { return false }
            return unsafe literal.elementsEqual(bytes)
        }
    }

    /// Whether `bytes`, with ASCII capitals lowered, are exactly this (lower-case) literal.
    package func equalsLowered(_ bytes: ArraySlice<UInt8>) -> Bool {
        withUTF8Buffer { literal in
            guard literal.count == bytes.count else { return false }
            return unsafe literal.elementsEqual(bytes) { $0 == $1.loweredASCII }
        }
    }
}

extension UInt8 {
    /// This byte with an ASCII capital turned into its small letter.
    package var loweredASCII: UInt8 { self >= 0x41 && self <= 0x5A ? self | 0x20 : self }
}

extension [UInt8] {
    /// Appends the literal's UTF-8.
    package mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { unsafe append(contentsOf: $0) }
    }
}
