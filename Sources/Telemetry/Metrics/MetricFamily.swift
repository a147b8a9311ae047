/// All series of one metric name, with the text that never changes rendered at registration.
struct MetricFamily: Sendable {
    /// The types of the text format that we expose.
    enum Kind: String, Sendable {
        case counter, gauge, histogram
    }

    /// Where a series' value comes from. The bytes are everything on its line before the value.
    enum Series: Sendable {
        case counter([UInt8], Counter)
        case gauge([UInt8], Gauge)
        case constant([UInt8], Int64)
        case histogram(HistogramLines, Histogram)
        /// Series that come and go.
        case table(GaugeTable)
        /// The nth value of a group that is computed once per scrape.
        case computed([UInt8], group: Int, index: Int)
    }

    /// The line starts of one histogram: its buckets with `+Inf` last, then sum and count.
    struct HistogramLines: Sendable {
        let buckets: [[UInt8]]
        let sum: [UInt8]
        let count: [UInt8]
    }

    let name: String
    let header: [UInt8]
    var series: [Series] = []

    init(name: String, help: String, kind: Kind) {
        self.name = name
        var escapedHelp = ""
        for scalar in help.unicodeScalars {
            switch scalar {
            case "\\": escapedHelp += "\\\\"
            case "\n": escapedHelp += "\\n"
            default: escapedHelp.unicodeScalars.append(scalar)
            }
        }
        header = Array("# HELP \(name) \(escapedHelp)\n# TYPE \(name) \(kind.rawValue)\n".utf8)
    }

    func lineStart(_ labels: MetricLabels, suffix: String = "") -> [UInt8] {
        Array("\(name)\(suffix)\(labels.text) ".utf8)
    }

    func histogramLines(_ labels: MetricLabels, _ buckets: HistogramBuckets) -> HistogramLines {
        let bounds = buckets.seconds.map(MetricNumber.text) + ["+Inf"]
        return HistogramLines(
            buckets: bounds.map { lineStart(labels.adding("le", $0), suffix: "_bucket") },
            sum: lineStart(labels, suffix: "_sum"),
            count: lineStart(labels, suffix: "_count"))
    }

    /// Appends header and series; nothing at all when no series has a value.
    func render(into output: inout [UInt8], computed: [[Double?]]) {
        let start = output.count
        output += header
        let bodyStart = output.count
        for one in series {
            switch one {
            case .counter(let lineStart, let counter): Self.line(lineStart, String(counter.value), &output)
            case .gauge(let lineStart, let gauge): Self.line(lineStart, String(gauge.value), &output)
            case .constant(let lineStart, let value): Self.line(lineStart, String(value), &output)
            case .histogram(let lines, let histogram): Self.render(lines, histogram, &output)
            case .table(let table):
                for (labels, value) in table.entries { Self.line(lineStart(labels), String(value), &output) }
            case .computed(let lineStart, let group, let index):
                guard let value = computed[group][index] else { continue }
                Self.line(lineStart, MetricNumber.text(value), &output)
            }
        }
        if output.count == bodyStart { output.removeSubrange(start...) }
    }

    private static func render(_ lines: HistogramLines, _ histogram: Histogram, _ output: inout [UInt8]) {
        let counts = histogram.cumulativeCounts
        for (lineStart, count) in zip(lines.buckets, counts) { line(lineStart, String(count), &output) }
        line(lines.sum, MetricNumber.text(histogram.sumInSeconds), &output)
        line(lines.count, String(counts.last ?? 0), &output)
    }

    private static func line(_ start: [UInt8], _ value: String, _ output: inout [UInt8]) {
        output += start
        output += value.utf8
        output.append(UInt8(ascii: "\n"))
    }
}
