import TokenRefresh

/// Gives the numbers it is told to, over and over: chance that a test knows.
struct FixedGenerator: RandomNumberGenerator {
    private let numbers: [UInt64]
    private var drawn = 0

    init(_ numbers: UInt64...) { self.numbers = numbers }

    mutating func next() -> UInt64 {
        defer { drawn += 1 }
        return numbers[drawn % numbers.count]
    }

    /// Draws the least jitter. Not by 0, which the standard library may refuse for ever to avoid a bias.
    static var none: FixedGenerator { FixedGenerator(1) }
    /// Draws the most jitter.
    static var most: FixedGenerator { FixedGenerator(.max) }
}

/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators"): the same run every time.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}

/// 2026-01-02T15:04:05Z.
let noon = Timestamp(seconds: 1_767_366_245)
