/// Base64 (RFC 4648 section 4) straight into the message that is being built.
extension [UInt8] {
    /// Appends `bytes` encoded, padded with `=`.
    package mutating func append(base64 bytes: [UInt8]) {
        let start = count
        append(contentsOf: repeatElement(UInt8(ascii: "="), count: (bytes.count + 2) / 3 * 4))
        let pairs = Base64Pairs.all
        unsafe bytes.withUnsafeBytes { source in
            unsafe withUnsafeMutableBytes { target in
                unsafe pairs.withUnsafeBufferPointer { pairs in
                    guard let from = source.baseAddress, let to = target.baseAddress,
                        let pairs = pairs.baseAddress
                    else { return }
                    unsafe Self.encode(from, count: source.count, with: pairs, into: to + start)
                }
            }
        }
    }

    /// Invariant: `target` has room for the characters of `count` bytes and is filled with the padding.
    private static func encode(
        _ source: UnsafeRawPointer, count: Int, with pairs: UnsafePointer<UInt16>, into target: UnsafeMutableRawPointer
    ) {
        var read = 0
        var write = unsafe target
        while read &+ 8 <= count {
            let word = unsafe UInt64(bigEndian: source.loadUnaligned(fromByteOffset: read, as: UInt64.self))
            let first = unsafe UInt64(pairs[Int(truncatingIfNeeded: word &>> 52)])
            let second = unsafe UInt64(pairs[Int(truncatingIfNeeded: word &>> 40 & 0xFFF)])
            let third = unsafe UInt64(pairs[Int(truncatingIfNeeded: word &>> 28 & 0xFFF)])
            let fourth = unsafe UInt64(pairs[Int(truncatingIfNeeded: word &>> 16 & 0xFFF)])
            let characters = first | second &<< 16 | third &<< 32 | fourth &<< 48
            unsafe write.storeBytes(of: characters.littleEndian, as: UInt64.self)
            read &+= 6
            unsafe write += 8
        }
        while read < count {
            let taken = Swift.min(3, count - read)
            var group = 0
            for offset in 0..<taken { unsafe group |= Int(source[read + offset]) << (16 - 8 * offset) }
            unsafe write.storeBytes(of: pairs[group >> 12].littleEndian, as: UInt16.self)
            let last = unsafe pairs[group & 0xFFF]
            if taken >= 2 {
                unsafe write.storeBytes(of: UInt8(truncatingIfNeeded: last), toByteOffset: 2, as: UInt8.self)
            }
            if taken == 3 {
                unsafe write.storeBytes(of: UInt8(truncatingIfNeeded: last >> 8), toByteOffset: 3, as: UInt8.self)
            }
            read += taken
            unsafe write += 4
        }
    }
}

/// The two characters of each value of twelve bits, the first one in the low byte: half the steps of the usual table, in
/// 8 KiB.
private enum Base64Pairs {
    static let all: [UInt16] = {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        return (0..<4096).map { UInt16(alphabet[$0 >> 6]) | UInt16(alphabet[$0 & 63]) << 8 }
    }()
}
