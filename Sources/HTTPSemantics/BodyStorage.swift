/// The bytes of one body that arrives in pieces, paid for out of a `BodyBudget`.
///
/// Storage grows with what has arrived, not with what was announced: a peer that announces much and sends little costs
/// budget, not memory.
package struct BodyStorage: ~Copyable {
    /// Bodies up to this size get their storage at once, and keep it for the next request: most reviews fit.
    private static let keptBytes = 64 * 1024

    private let budget: BodyBudget
    private var reserved = 0
    private var bytes: [UInt8] = []

    package init(budget: BodyBudget) {
        self.budget = budget
    }

    deinit {
        budget.release(reserved)
    }

    package var count: Int { bytes.count }

    /// Makes room in the budget for `length` bytes in all. False when there is none; nothing is taken then.
    package mutating func reserve(upTo length: Int) -> Bool {
        guard length > reserved else { return true }
        guard budget.reserve(length - reserved) else { return false }
        reserved = length
        return true
    }

    /// Appends bytes for which `reserve` has made room.
    package mutating func append(_ piece: RawSpan) {
        let needed = bytes.count + piece.byteCount
        if needed > bytes.capacity {
            // Doubling, but never beyond what was announced.
            let doubled = max(needed, 2 * bytes.capacity, BodyStorage.keptBytes)
            bytes.reserveCapacity(max(needed, min(doubled, reserved)))
        }
        bytes.append(piece)
    }

    /// Lends the body out.
    package func withBytes<Result>(_ read: (RawSpan) -> Result) -> Result {
        unsafe read(bytes.span.bytes)
    }

    /// Forgets the body, gives the budget back, and keeps no more than a usual body's storage.
    package mutating func clear() {
        budget.release(reserved)
        reserved = 0
        if bytes.capacity > BodyStorage.keptBytes {
            bytes = []
        } else {
            bytes.removeAll(keepingCapacity: true)
        }
    }
}
