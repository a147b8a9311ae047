/// Base64 (RFC 4648 section 4) straight into the message that is being built.
extension [UInt8] {
    /// Appends `bytes` encoded, padded with `=`. Six bytes become eight characters by arithmetic on one word, so no table
    /// takes room in the cache.
    package mutating func append(base64 bytes: [UInt8]) {
        let encoded = (bytes.count + 2) / 3 * 4
        let start = count
        unsafe bytes.withUnsafeBytes { source in
            // Room for whole words: the last one may reach four characters past the end.
            append(contentsOf: repeatElement(0, count: encoded + 8))
            unsafe withUnsafeMutableBytes { unsafe Self.encode(source, into: $0, at: start) }
        }
        removeLast(8)
    }

    /// Invariant: `target` has `encoded + 8` bytes from `place` on.
    private static func encode(
        _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer, at place: Int
    ) {
        var read = 0
        var write = place
        while read + 8 <= source.count {
            let word = unsafe UInt64(bigEndian: source.loadUnaligned(fromByteOffset: read, as: UInt64.self)) &>> 16
            unsafe target.storeBytes(of: word.base64Characters, toByteOffset: write, as: UInt64.self)
            read += 6
            write += 8
        }
        while read < source.count {
            let taken = Swift.min(3, source.count - read)
            var word: UInt64 = 0
            for offset in 0..<3 {
                word = word << 8
                if offset < taken { unsafe word |= UInt64(source[read + offset]) }
            }
            unsafe target.storeBytes(of: (word << 24).base64Characters, toByteOffset: write, as: UInt64.self)
            for padding in 0..<3 - taken { unsafe target[write + 3 - padding] = UInt8(ascii: "=") }
            read += taken
            write += 4
        }
    }
}

extension UInt64 {
    /// The eight characters for the low 48 bits, the first one in the place that is stored first.
    fileprivate var base64Characters: UInt64 {
        // Spread eight fields of six bits over eight bytes: halves, quarters, eighths.
        var fields = (self & 0xFFFF_FF00_0000) << 8 | self & 0xFF_FFFF
        fields = (fields & 0x00FF_F000_00FF_F000) << 4 | fields & 0x0000_0FFF_0000_0FFF
        fields = (fields & 0x0FC0_0FC0_0FC0_0FC0) << 2 | fields & 0x003F_003F_003F_003F
        // A to Z, then a step of +6 to a, of -75 to 0, of -15 to +, of +3 to /. No byte over- or underflows.
        let characters =
            fields &+ .eight(65) &+ fields.bytes(reaching: 26) &* 6 &- fields.bytes(reaching: 52) &* 75
            &- fields.bytes(reaching: 62) &* 15 &+ fields.bytes(reaching: 63) &* 3
        return characters.bigEndian
    }

    /// One in each byte that is at least `threshold`; all bytes are below 64.
    private func bytes(reaching threshold: UInt8) -> UInt64 {
        (self &+ .eight(128 - threshold)) &>> 7 & .eight(1)
    }
}
