import HeapModule

/// What is to be looked at when: one entry a key, the earliest first. Times are spans since any fixed moment of a clock
/// that only runs forward, so that a step of the wall clock neither hurries nor stops anything.
package struct RefreshSchedule<Key: Hashable & Sendable>: Sendable {
    private struct Entry: Comparable, Sendable {
        let time: Duration
        let key: Key

        static func < (left: Entry, right: Entry) -> Bool { left.time < right.time }
        static func == (left: Entry, right: Entry) -> Bool { left.time == right.time && left.key == right.key }
    }

    /// Entries that were moved or removed stay in the heap until they come up; more of them than this for each live one,
    /// and it is built anew.
    private static var staleShare: Int { 2 }
    private static var fewest: Int { 64 }

    private var heap = Heap<Entry>()
    private var times: [Key: Duration] = [:]

    package init() {}

    package var count: Int { times.count }

    /// When the first key is due; nil if there is none.
    package var next: Duration? {
        mutating get {
            dropStale()
            return heap.min?.time
        }
    }

    /// Enters a key; if it is there already, the earlier of the two times holds.
    package mutating func add(_ key: Key, at time: Duration) {
        if let known = times[key], known <= time { return }
        move(key, to: time)
    }

    /// Enters a key, or gives it another time, later ones too.
    package mutating func move(_ key: Key, to time: Duration) {
        guard times.updateValue(time, forKey: key) != time else { return }
        heap.insert(Entry(time: time, key: key))
        if heap.count > Self.fewest + times.count * Self.staleShare {
            heap = Heap(times.map { Entry(time: $0.value, key: $0.key) })
        }
    }

    package mutating func remove(_ key: Key) {
        times[key] = nil
    }

    /// Takes out the first key whose time has come; nil if there is none.
    package mutating func popDue(at now: Duration) -> Key? {
        dropStale()
        guard let first = heap.min, first.time <= now else { return nil }
        heap.removeMin()
        times[first.key] = nil
        return first.key
    }

    private mutating func dropStale() {
        while let first = heap.min, times[first.key] != first.time { heap.removeMin() }
    }
}
