/// Makes one Event of many: what repeats within a window raises a count.
///
/// Knows no I/O and no clock. etcd keeps every Event for an hour, so a failure that is told each time it is retried would
/// fill it.
struct EventAggregator: Sendable {
    /// Of repetitions, as client-go's aggregator has it.
    static let window = Duration.seconds(600)
    /// The count of what repeats faster is written at this pace.
    static let shortestInterval = Duration.seconds(10)
    /// Series remembered; client-go's cache has as many.
    static let mostSeries = 4096

    enum Action: Sendable, Equatable {
        case create(EventRecord)
        /// Count, time and message of an Event that exists.
        case update(EventRecord)
        case none
    }

    /// Repetitions of one reason about one object.
    struct Series: Sendable, Hashable {
        let subject: EventNote.Subject
        let kind: EventNote.Kind
        let reason: String

        init(_ note: EventNote) {
            subject = note.subject
            kind = note.kind
            reason = note.reason
        }
    }

    private struct Entry: Sendable {
        var record: EventRecord
        var seenAt: Duration
        var writtenAt: Duration
    }

    private var entries: [Series: Entry] = [:]
    private var lastStamp: Int64 = 0

    init() {}

    /// - Parameters:
    ///   - now: by the clock that decisions go by.
    ///   - unixTime: for timestamps and names.
    mutating func note(_ note: EventNote, at now: Duration, unixTime: Duration) -> Action {
        let series = Series(note)
        let message = BoundedText.line(note.message, limit: EventRecord.longestMessage)
        if var entry = entries[series], now - entry.seenAt <= Self.window {
            entry.record.count += 1
            entry.record.lastTime = unixTime
            entry.record.message = message
            entry.seenAt = now
            let isDue = now - entry.writtenAt >= Self.shortestInterval
            if isDue { entry.writtenAt = now }
            entries[series] = entry
            return isDue ? .update(entry.record) : .none
        }
        makeRoom(at: now)
        // Two Events about one object differ in nothing but this part of their names.
        lastStamp = max(unixTime.microseconds, lastStamp + 1)
        let record = EventRecord(
            name: EventRecord.name(of: note.subject, stamp: lastStamp), series: series, message: message,
            firstTime: unixTime, lastTime: unixTime, count: 1)
        entries[series] = Entry(record: record, seenAt: now, writtenAt: now)
        return .create(record)
    }

    /// The Event of a series is not there: the next note makes a new one.
    mutating func forget(_ series: Series) {
        entries[series] = nil
    }

    private mutating func makeRoom(at now: Duration) {
        guard entries.count >= Self.mostSeries else { return }
        entries = entries.filter { now - $0.value.seenAt <= Self.window }
        guard entries.count >= Self.mostSeries else { return }
        // Half of them at once: finding the oldest for each new one would cost a pass each.
        let middle = entries.values.map(\.seenAt).sorted()[entries.count / 2]
        entries = entries.filter { $0.value.seenAt > middle }
    }
}
