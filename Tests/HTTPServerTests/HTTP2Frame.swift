/// As much of HTTP/2's framing (RFC 9113 section 4.1) as a client in these tests needs.
struct HTTP2Frame {
    enum Kind: UInt8 {
        case data = 0
        case headers = 1
        case settings = 4
        case ping = 6
        case goAway = 7
        case windowUpdate = 8
    }

    let type: Kind?
    let flags: UInt8
    let stream: UInt32
    let payload: [UInt8]

    /// The connection preface with SETTINGS: the initial window, or the default one.
    static func preface(initialWindow: UInt32? = nil) -> [UInt8] {
        Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
            + frame(.settings, payload: initialWindow.map { [0, 4] + big($0) } ?? [])
    }

    /// A GET without a body, its fields as literals that are not indexed (RFC 7541 section 6.2.2).
    static func get(_ path: String, stream: UInt32) -> [UInt8] {
        let fields = [(":method", "GET"), (":scheme", "https"), (":authority", "a"), (":path", path)]
        var block: [UInt8] = []
        for (name, value) in fields {
            block += [0, UInt8(name.utf8.count)] + Array(name.utf8)
            block += [UInt8(value.utf8.count)] + Array(value.utf8)
        }
        return frame(.headers, flags: 0x5, stream: stream, payload: block)
    }

    static func windowUpdate(_ increment: UInt32, stream: UInt32) -> [UInt8] {
        frame(.windowUpdate, stream: stream, payload: big(increment))
    }

    static func frame(_ type: Kind, flags: UInt8 = 0, stream: UInt32 = 0, payload: [UInt8] = []) -> [UInt8] {
        big(UInt32(payload.count)).dropFirst() + [type.rawValue, flags] + big(stream) + payload
    }

    /// The whole frames in `bytes`.
    static func parse(_ bytes: [UInt8]) -> [HTTP2Frame] {
        var frames: [HTTP2Frame] = []
        var rest = bytes[...]
        while rest.count >= 9 {
            let head = Array(rest.prefix(9))
            let length = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
            guard rest.count >= 9 + length else { break }
            frames.append(
                HTTP2Frame(
                    type: Kind(rawValue: head[3]), flags: head[4],
                    stream: head[5...].reduce(0) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF,
                    payload: Array(rest.dropFirst(9).prefix(length))))
            rest = rest.dropFirst(9 + length)
        }
        return frames
    }

    private static func big(_ number: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }
}
