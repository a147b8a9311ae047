internal import Platform

/// The connections of one event loop, found by the token that epoll reports.
///
/// A token is a slot and the number of times that slot was used, so that an event for a connection that closed earlier
/// in the same batch never reaches the one that took its place.
struct ConnectionTable {
    struct Entry {
        let connection: Connection
        var interest: Poll.Interest
    }

    private struct Slot {
        var entry: Entry?
        var generation: UInt32 = 0
    }

    private var slots: [Slot] = []
    private var free: [Int] = []
    private(set) var count = 0

    /// Room is found before the connection is registered with epoll, which needs the token.
    mutating func insert(_ connection: Connection, interest: Poll.Interest) -> UInt64 {
        let index: Int
        if let reused = free.popLast() {
            index = reused
        } else {
            index = slots.count
            slots.append(Slot())
        }
        slots[index].entry = Entry(connection: connection, interest: interest)
        count += 1
        return token(index)
    }

    func entry(of token: UInt64) -> Entry? {
        let index = Int(UInt32(truncatingIfNeeded: token))
        guard index < slots.count, slots[index].generation == UInt32(token >> 32) else { return nil }
        return slots[index].entry
    }

    mutating func setInterest(_ interest: Poll.Interest, of token: UInt64) {
        slots[Int(UInt32(truncatingIfNeeded: token))].entry?.interest = interest
    }

    mutating func remove(_ token: UInt64) {
        let index = Int(UInt32(truncatingIfNeeded: token))
        slots[index].entry = nil
        // Bit 31 stays clear: tokens with the highest bit set are the loop's own.
        slots[index].generation = (slots[index].generation + 1) & 0x7FFF_FFFF
        free.append(index)
        count -= 1
    }

    /// The tokens of all connections, as they are now.
    var tokens: [UInt64] {
        slots.indices.compactMap { slots[$0].entry == nil ? nil : token($0) }
    }

    private func token(_ index: Int) -> UInt64 {
        UInt64(slots[index].generation) << 32 | UInt64(index)
    }
}
