import HTTP2
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

@Suite("HTTP/2: random and damaged frames")
struct HTTP2MutationTests {
    private static func frame(_ generator: inout SeededGenerator) -> Frame {
        let stream = UInt32.random(in: 0...9, using: &generator)
        switch Int.random(in: 0..<12, using: &generator) {
        case 0...2: return .request(stream | 1, "POST", "/p", ends: Bool.random(using: &generator))
        case 3, 4: return .data(stream | 1, "some body", ends: Bool.random(using: &generator))
        case 5: return .reset(stream | 1)
        case 6: return .windowUpdate(stream, by: UInt32.random(in: 0...0x7FFF_FFFF, using: &generator))
        case 7: return .ping(acknowledges: Bool.random(using: &generator))
        case 8:
            return .settings([
                (UInt16.random(in: 0...9, using: &generator), UInt32.random(in: 0...70_000, using: &generator))
            ])
        case 9: return .headers(stream | 1, [("t", "v")], ends: Bool.random(using: &generator))
        default:
            return Frame(
                type: UInt8.random(in: 0...12, using: &generator), flags: UInt8.random(in: 0...255, using: &generator),
                stream: stream, payload: (0..<Int.random(in: 0...20, using: &generator)).map { UInt8($0) })
        }
    }

    @Test("never break the engine: what is handled was admitted, the budget is whole at the end", arguments: 0..<60)
    func anyFrames(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<20 {
            let budget: BodyBudget
            do {
                let conversation = HTTP2Conversation.opened(budgetBytes: 1000)
                budget = conversation.budget
                for _ in 0..<40 {
                    var bytes = Self.frame(&generator).bytes
                    if Int.random(in: 0..<8, using: &generator) == 0 {
                        bytes[Int.random(in: 0..<bytes.count, using: &generator)] ^= 1 << UInt8(seed % 8)
                    }
                    conversation.send(bytes)
                    if Int.random(in: 0..<60, using: &generator) == 0 { conversation.engine.beginDrain() }
                }
                #expect(conversation.handler.handled.count <= conversation.handler.judged.count)
                #expect(conversation.answers.values.allSatisfy { $0.blocks.count <= 1 })
                conversation.engine.deadlinePassed()
                conversation.collect()
                #expect(conversation.engine.isFinished)
                #expect(!conversation.goAways.isEmpty)
            }
            #expect(budget.remaining == 1000)
        }
    }
}
