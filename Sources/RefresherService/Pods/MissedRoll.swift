internal import Kubernetes

/// Which pods are missed, by the list that shows them, and of which somebody has been told.
///
/// Knows no I/O and no clock. Of a pod it keeps the uid: names are given again, uids are not.
struct MissedRoll: Sendable {
    private struct Entry: Sendable {
        /// By the last list that was complete.
        var missed: Set<String> = []
        /// By the list under way.
        var seen: Set<String> = []
        var told: Set<String> = []
    }

    /// Of pods that are counted, and of those that are remembered as told.
    private let most: Int
    private var entries: [ObjectSelection: Entry] = [:]

    /// - Parameter most: ten thousand are above what any cluster should have, and a megabyte or two.
    init(most: Int = 10_000) {
        self.most = most
    }

    /// Each pod once, though several selections may have it.
    var count: Int { entries.values.reduce(into: Set<String>()) { $0.formUnion($1.missed) }.count }

    mutating func begin(_ selection: ObjectSelection) {
        entries[selection, default: Entry()].seen = []
    }

    mutating func see(_ uid: String, in selection: ObjectSelection) {
        let others = entries.reduce(0) { $0 + ($1.key == selection ? 0 : $1.value.missed.count) }
        guard let entry = entries[selection], others + entry.seen.count < most else { return }
        entries[selection]?.seen.insert(uid)
    }

    /// - Returns: false if somebody was told of this pod before.
    mutating func tell(_ uid: String, in selection: ObjectSelection) -> Bool {
        let told = entries.values.map(\.told)
        let isFull = told.reduce(0) { $0 + $1.count } >= most
        guard !isFull, !told.contains(where: { $0.contains(uid) }) else { return false }
        entries[selection]?.told.insert(uid)
        return true
    }

    /// The list was complete: what it did not show is gone.
    mutating func finish(_ selection: ObjectSelection) {
        guard let entry = entries[selection] else { return }
        entries[selection] = Entry(missed: entry.seen, told: entry.told.intersection(entry.seen))
    }

    /// Nothing is counted any more; what was told stays told.
    mutating func clear() {
        for selection in entries.keys { entries[selection]?.missed = [] }
    }
}
