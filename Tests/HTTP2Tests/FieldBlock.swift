/// As much of HPACK (RFC 7541) as the tests need: literals out; indexed, literal and Huffman-coded fields in, from a peer
/// that was told to keep no table.
enum FieldBlock {
    /// A literal field that is not indexed, without Huffman coding (section 6.2.2).
    static func literal(_ name: String, _ value: String) -> [UInt8] {
        [0x00] + text(name) + text(value)
    }

    private static func text(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        guard bytes.count >= 0x7F else { return [UInt8(bytes.count)] + bytes }
        var rest = bytes.count - 0x7F
        var length: [UInt8] = [0x7F]
        while rest >= 0x80 {
            length.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        return length + [UInt8(rest)] + bytes
    }

    /// The fields of a block, one `name: value` line each.
    static func decode(_ block: [UInt8]) -> [String] {
        var fields: [String] = []
        var position = 0
        while position < block.count {
            let first = block[position]
            if first & 0x80 != 0 {
                fields.append(entry(integer(block, &position, bits: 7)).joined(separator: ": "))
            } else if first & 0xE0 == 0x20 {
                _ = integer(block, &position, bits: 5)
            } else {
                let index = integer(block, &position, bits: first & 0x40 != 0 ? 6 : 4)
                let name = index == 0 ? string(block, &position) : entry(index)[0]
                fields.append("\(name): \(string(block, &position))")
            }
        }
        return fields
    }

    /// The entries of the static table (appendix A) that answers use.
    private static func entry(_ index: Int) -> [String] {
        switch index {
        case 8: [":status", "200"]
        case 9: [":status", "204"]
        case 10: [":status", "206"]
        case 11: [":status", "304"]
        case 12: [":status", "400"]
        case 13: [":status", "404"]
        case 14: [":status", "500"]
        case 22: ["allow", ""]
        case 28: ["content-length", ""]
        case 31: ["content-type", ""]
        case 53: ["retry-after", ""]
        default: ["unexpected index \(index)", ""]
        }
    }

    private static func integer(_ block: [UInt8], _ position: inout Int, bits: Int) -> Int {
        let mask = 1 << bits - 1
        var value = Int(block[position]) & mask
        position += 1
        guard value == mask else { return value }
        var shift = 0
        while position < block.count {
            let byte = Int(block[position])
            position += 1
            value += (byte & 0x7F) << shift
            shift += 7
            if byte & 0x80 == 0 { break }
        }
        return value
    }

    private static func string(_ block: [UInt8], _ position: inout Int) -> String {
        let isHuffman = block[position] & 0x80 != 0
        let count = integer(block, &position, bits: 7)
        let bytes = Array(block[position..<(position + count)])
        position += count
        return isHuffman ? huffman(bytes) : String(decoding: bytes, as: UTF8.self)
    }

    /// Codes of one length are consecutive (appendix B): the length, the first code, the characters.
    private static let codes: [(length: Int, first: Int, characters: [Character])] = [
        (5, 0x00, Array("012aceiost")),
        (6, 0x14, Array(" %-./3456789=A_bdfghlmnpru")),
        (7, 0x5C, Array(":BCDEFGHIJKLMNOPQRSTUVWYjkqvwxyz")),
        (8, 0xF8, Array("&*,;XZ")),
    ]

    private static func huffman(_ bytes: [UInt8]) -> String {
        var text = ""
        var code = 0
        var length = 0
        for byte in bytes {
            for bit in (0..<8).reversed() {
                code = code << 1 | Int(byte >> bit & 1)
                length += 1
                guard let row = codes.first(where: { $0.length == length }),
                    row.first <= code, code < row.first + row.characters.count
                else { continue }
                text.append(row.characters[code - row.first])
                (code, length) = (0, 0)
            }
        }
        return text
    }
}
