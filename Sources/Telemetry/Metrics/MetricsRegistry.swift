/// Holds every metric family of a process and renders them in the Prometheus text format 0.0.4.
///
/// A registry is built once at start; families never come or go afterwards, nor do series but those of a `GaugeTable`, so
/// a scrape is complete from the first one on and reading needs no lock. Families are rendered in the order of their names.
package struct MetricsRegistry: Sendable {
    /// Prometheus 3 refuses a scrape without a valid type.
    package static let contentType: StaticString = "text/plain; version=0.0.4; charset=utf-8"

    private var families: [MetricFamily] = []
    private var groups: [@Sendable () -> [Double?]] = []

    package init() {}

    package mutating func counter(_ name: String, help: String) -> Counter {
        let counter = Counter()
        var family = MetricFamily(name: name, help: help, kind: .counter)
        family.series = [.counter(family.lineStart(MetricLabels()), counter)]
        insert(family)
        return counter
    }

    /// One counter per label set, in the order given.
    package mutating func counters(_ name: String, help: String, labels: [MetricLabels]) -> [Counter] {
        var family = MetricFamily(name: name, help: help, kind: .counter)
        let counters = labels.map { _ in Counter() }
        family.series = zip(labels, counters).map { .counter(family.lineStart($0), $1) }
        insert(family)
        return counters
    }

    package mutating func gauge(_ name: String, help: String) -> Gauge {
        let gauge = Gauge()
        var family = MetricFamily(name: name, help: help, kind: .gauge)
        family.series = [.gauge(family.lineStart(MetricLabels()), gauge)]
        insert(family)
        return gauge
    }

    /// One gauge per label set, in the order given.
    package mutating func gauges(_ name: String, help: String, labels: [MetricLabels]) -> [Gauge] {
        var family = MetricFamily(name: name, help: help, kind: .gauge)
        let gauges = labels.map { _ in Gauge() }
        family.series = zip(labels, gauges).map { .gauge(family.lineStart($0), $1) }
        insert(family)
        return gauges
    }

    /// Gauges whose label values are learned while the process runs.
    ///
    /// - Parameters:
    ///   - labels: the labels' names, in the order they are printed.
    ///   - limit: series at most; see `GaugeTable`.
    package mutating func gaugeTable(_ name: String, help: String, labels: [String], limit: Int) -> GaugeTable {
        let table = GaugeTable(labels: labels, limit: limit)
        var family = MetricFamily(name: name, help: help, kind: .gauge)
        family.series = [.table(table)]
        insert(family)
        return table
    }

    /// A gauge that is always 1 and carries its facts as labels.
    package mutating func info(_ name: String, help: String, labels: MetricLabels) {
        var family = MetricFamily(name: name, help: help, kind: .gauge)
        family.series = [.constant(family.lineStart(labels), 1)]
        insert(family)
    }

    /// One histogram per label set, in the order given.
    package mutating func histograms(
        _ name: String, help: String, buckets: HistogramBuckets, labels: [MetricLabels]
    ) -> [Histogram] {
        var family = MetricFamily(name: name, help: help, kind: .histogram)
        let histograms = labels.map { _ in Histogram(buckets: buckets) }
        family.series = zip(labels, histograms).map { .histogram(family.histogramLines($0, buckets), $1) }
        insert(family)
        return histograms
    }

    package mutating func histogram(_ name: String, help: String, buckets: HistogramBuckets) -> Histogram {
        let histogram = Histogram(buckets: buckets)
        var family = MetricFamily(name: name, help: help, kind: .histogram)
        family.series = [.histogram(family.histogramLines(MetricLabels(), buckets), histogram)]
        insert(family)
        return histogram
    }

    /// Families whose values come from one reading at scrape time. `read` answers one value per family in their
    /// order; a nil leaves that family out of the scrape.
    package mutating func computed(_ described: [ComputedMetric], read: @escaping @Sendable () -> [Double?]) {
        for (index, one) in described.enumerated() {
            var family = MetricFamily(name: one.name, help: one.help, kind: one.isCounter ? .counter : .gauge)
            family.series = [.computed(family.lineStart(one.labels), group: groups.count, index: index)]
            insert(family)
        }
        let count = described.count
        groups.append {
            let values = read()
            return (0..<count).map { $0 < values.count ? values[$0] : nil }
        }
    }

    /// Appends the whole exposition. Never blocks an update.
    package func render(into output: inout [UInt8]) {
        let computed = groups.map { $0() }
        for family in families { family.render(into: &output, computed: computed) }
    }

    private mutating func insert(_ family: MetricFamily) {
        let position = families.firstIndex { $0.name >= family.name } ?? families.endIndex
        precondition(
            position == families.endIndex || families[position].name != family.name,
            "metric \(family.name) is registered twice")
        families.insert(family, at: position)
    }
}

/// Name, help and type of a metric whose value is computed at scrape time.
package struct ComputedMetric: Sendable {
    let name: String
    let help: String
    let isCounter: Bool
    let labels: MetricLabels

    package static func counter(_ name: String, help: String) -> ComputedMetric {
        ComputedMetric(name: name, help: help, isCounter: true, labels: MetricLabels())
    }

    package static func gauge(
        _ name: String, help: String, labels: MetricLabels = MetricLabels()
    ) -> ComputedMetric {
        ComputedMetric(name: name, help: help, isCounter: false, labels: labels)
    }
}
