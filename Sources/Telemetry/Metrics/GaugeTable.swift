internal import Synchronization

/// Gauges whose label values are learned while the process runs, one for each Secret for example.
///
/// A changed value costs a lock and a hash; text is made by the scrape alone.
package final class GaugeTable: Sendable {
    private let names: [String]
    private let limit: Int
    private let values = Mutex<[[String]: Int64]>([:])

    /// - Parameter limit: series at most; those beyond it are left out, so that nobody can fill a monitoring system.
    init(labels names: [String], limit: Int) {
        self.names = names
        self.limit = limit
    }

    /// - Parameter labels: one value for each label, in their order.
    package func set(_ labels: [String], to value: Int64) {
        values.withLock { values in
            guard values[labels] != nil || values.count < limit else { return }
            values[labels] = value
        }
    }

    package func remove(_ labels: [String]) {
        values.withLock { _ = $0.removeValue(forKey: labels) }
    }

    /// All series, by their label values.
    var entries: [(labels: MetricLabels, value: Int64)] {
        let snapshot = values.withLock { $0 }
        return snapshot.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { key, value in
            (MetricLabels(pairs: zip(names, key).map { ($0, $1) }), value)
        }
    }
}
