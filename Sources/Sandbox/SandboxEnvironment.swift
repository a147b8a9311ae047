internal import FoundationEssentials
internal import Synchronization

/// Time and randomness, so that tests bring their own.
package struct SandboxEnvironment: Sendable {
    /// Seconds since 1970.
    package let now: @Sendable () -> Int64
    /// A random number.
    package let random: @Sendable () -> UInt64

    package init(now: @escaping @Sendable () -> Int64, random: @escaping @Sendable () -> UInt64) {
        self.now = now
        self.random = random
    }

    /// An environment that tests move: numbers count up from 1.
    package static func counting(now: @escaping @Sendable () -> Int64) -> SandboxEnvironment {
        let counter = Counter()
        return SandboxEnvironment(now: now, random: { counter.next() })
    }

    func circumstances() -> ObjectRegistry.Circumstances {
        let (first, second) = (hexadecimal(random()), hexadecimal(random()))
        let uid = [
            first.prefix(8), first.dropFirst(8).prefix(4), "4" + first.suffix(3), "8" + second.prefix(3),
            second.suffix(12),
        ].joined(separator: "-")
        return ObjectRegistry.Circumstances(now: timestamp(), uid: uid, suffix: letters(5))
    }

    /// RFC 3339 in UTC, seconds only.
    package static func timestamp(_ seconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
    }

    func timestamp() -> String { Self.timestamp(now()) }

    /// Letters and digits of which no word is made by chance (apimachinery pkg/util/rand).
    func letters(_ count: Int, of alphabet: String = "bcdfghjklmnpqrstvwxz2456789") -> String {
        let alphabet = Array(alphabet)
        return String((0..<count).map { _ in alphabet[Int(random() % UInt64(alphabet.count))] })
    }

    private func hexadecimal(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private final class Counter: Sendable {
        private let value = Atomic<UInt64>(0)
        func next() -> UInt64 { value.add(1, ordering: .relaxed).newValue }
    }
}
