/// One HTTP/2 frame (RFC 9113 section 4.1), made or read by hand so that the tests share no code with the engine.
struct Frame: Equatable {
    static let data: UInt8 = 0
    static let headers: UInt8 = 1
    static let priority: UInt8 = 2
    static let reset: UInt8 = 3
    static let settings: UInt8 = 4
    static let ping: UInt8 = 6
    static let goAway: UInt8 = 7
    static let windowUpdate: UInt8 = 8
    static let continuation: UInt8 = 9

    static let endStream: UInt8 = 0x1
    static let acknowledgement: UInt8 = 0x1
    static let endHeaders: UInt8 = 0x4

    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    var type: UInt8
    var flags: UInt8 = 0
    var stream: UInt32 = 0
    var payload: [UInt8] = []

    var bytes: [UInt8] {
        let length = payload.count
        return [UInt8(length >> 16), UInt8(length >> 8 & 0xFF), UInt8(length & 0xFF), type, flags]
            + big(stream) + payload
    }

    var endsStream: Bool { (type == Frame.data || type == Frame.headers) && flags & Frame.endStream != 0 }

    /// Takes whole frames off the front of `bytes`.
    static func take(from bytes: inout [UInt8]) -> [Frame] {
        var frames: [Frame] = []
        var start = 0
        while bytes.count - start >= 9 {
            let head = bytes[start..<(start + 9)].map(Int.init)
            let length = head[0] << 16 | head[1] << 8 | head[2]
            guard bytes.count - start - 9 >= length else { break }
            frames.append(
                Frame(
                    type: UInt8(head[3]), flags: UInt8(head[4]),
                    stream: UInt32(head[5] << 24 | head[6] << 16 | head[7] << 8 | head[8]),
                    payload: Array(bytes[(start + 9)..<(start + 9 + length)])))
            start += 9 + length
        }
        bytes.removeFirst(start)
        return frames
    }

    // MARK: What a client sends

    static func settings(_ entries: [(UInt16, UInt32)] = []) -> Frame {
        Frame(
            type: settings,
            payload: entries.flatMap { [UInt8($0.0 >> 8), UInt8($0.0 & 0xFF)] + big($0.1) })
    }

    static func settingsAcknowledgement() -> Frame { Frame(type: settings, flags: acknowledgement) }

    static func ping(_ payload: String = "12345678", acknowledges: Bool = false) -> Frame {
        Frame(type: ping, flags: acknowledges ? acknowledgement : 0, payload: Array(payload.utf8))
    }

    static func windowUpdate(_ stream: UInt32, by increment: UInt32) -> Frame {
        Frame(type: windowUpdate, stream: stream, payload: big(increment))
    }

    static func reset(_ stream: UInt32, code: UInt32 = 8) -> Frame {
        Frame(type: reset, stream: stream, payload: big(code))
    }

    static func data(_ stream: UInt32, _ text: String, ends: Bool = true) -> Frame {
        Frame(type: data, flags: ends ? endStream : 0, stream: stream, payload: Array(text.utf8))
    }

    static func headers(_ stream: UInt32, _ fields: [(String, String)], ends: Bool = true) -> Frame {
        Frame(
            type: headers, flags: endHeaders | (ends ? endStream : 0), stream: stream,
            payload: fields.flatMap { FieldBlock.literal($0.0, $0.1) })
    }

    static func request(
        _ stream: UInt32, _ method: String, _ path: String, _ more: [(String, String)] = [], ends: Bool = true
    ) -> Frame {
        let pseudo = [(":method", method), (":scheme", "https"), (":path", path), (":authority", "a")]
        return headers(stream, pseudo + more, ends: ends)
    }
}

/// A number in network order.
func big(_ number: UInt32) -> [UInt8] {
    [UInt8(number >> 24), UInt8(number >> 16 & 0xFF), UInt8(number >> 8 & 0xFF), UInt8(number & 0xFF)]
}

/// The number in four bytes of network order.
func number(_ bytes: some Sequence<UInt8>) -> UInt32 {
    bytes.reduce(0) { $0 << 8 | UInt32($1) }
}
