import HTTPSemantics
import Testing

/// A small generator with a seed (SplitMix64), so that a failing case is the same on every run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

@Suite("HTTP/1.1: damaged requests")
struct HTTP1MutationTests {
    /// Bytes that mean something to the parser are more likely to find a way around it than others.
    private static let telling = Array("\r\n\0 \t:,;0179+-/.GETHPx\u{7F}".utf8) + [0x80, 0xFF]

    private static func damage(_ bytes: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            let index = Int.random(in: 0..<bytes.count, using: &generator)
            let byte = telling[Int.random(in: 0..<telling.count, using: &generator)]
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: bytes[index] = byte
            case 1: bytes.insert(byte, at: index)
            case 2: bytes.remove(at: index)
            default: bytes.insert(contentsOf: bytes[index..<min(index + 12, bytes.count)], at: index)
            }
        }
        return bytes
    }

    @Test("mean the same however they are cut, and leave the budget whole", arguments: 0..<40)
    func anyCut(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let base =
            "POST /a?q HTTP/1.1\r\nHost: a:1\r\nContent-Length: 5\r\nConnection: x\r\n\r\nhello"
            + "GET /b HTTP/1.1\r\nHost: [::1]\r\nX: y\r\n\r\nHEAD http://a/c HTTP/1.1\r\nHost: a\r\n\r\n"
        for round in 0..<100 {
            let bytes = Self.damage(Array(base.utf8), &generator)
            let whole = HTTP1Conversation()
            whole.send(bytes)

            let cut = HTTP1Conversation()
            var rest = bytes[...]
            while !rest.isEmpty {
                let piece = rest.prefix(Int.random(in: 1...40, using: &generator))
                cut.send(Array(piece))
                rest = rest.dropFirst(piece.count)
            }
            #expect(cut.answer == whole.answer, "round \(round)")
            #expect(cut.handler.handled == whole.handler.handled, "round \(round)")
            #expect(cut.engine.isFinished == whole.engine.isFinished, "round \(round)")
            if !cut.engine.isFinished { #expect(cut.engine.waiting == whole.engine.waiting, "round \(round)") }

            cut.engine.receiveEnd()
            #expect(cut.budget.remaining == 1 << 20, "round \(round)")
        }
    }
}
