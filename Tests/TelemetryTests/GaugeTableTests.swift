import Telemetry
import Testing

@Suite("A table of gauges")
struct GaugeTableTests {
    private static func lines(_ registry: MetricsRegistry) -> [Substring] {
        var output: [UInt8] = []
        registry.render(into: &output)
        return String(decoding: output, as: UTF8.self).split(separator: "\n")
    }

    @Test("prints a series for each pair of values that is set, in their order, and forgets what is removed")
    func entries() {
        var registry = MetricsRegistry()
        let table = registry.gaugeTable("expiry_seconds", help: "Expiry.", labels: ["namespace", "secret"], limit: 10)
        #expect(Self.lines(registry) == [])
        table.set(["b", "x"], to: 3)
        table.set(["a", "y"], to: 1)
        table.set(["a", "x"], to: 2)
        table.set(["a", "y"], to: -4)
        #expect(
            Self.lines(registry) == [
                "# HELP expiry_seconds Expiry.", "# TYPE expiry_seconds gauge",
                #"expiry_seconds{namespace="a",secret="x"} 2"#, #"expiry_seconds{namespace="a",secret="y"} -4"#,
                #"expiry_seconds{namespace="b",secret="x"} 3"#,
            ])
        table.remove(["a", "x"])
        table.remove(["never", "there"])
        #expect(Self.lines(registry).count == 4)
    }

    @Test("escapes what it is given")
    func escapes() {
        var registry = MetricsRegistry()
        registry.gaugeTable("odd", help: "Odd.", labels: ["x"], limit: 1).set(["a\"\\\n"], to: 1)
        #expect(Self.lines(registry).last == #"odd{x="a\"\\\n"} 1"#)
    }

    @Test("holds no more series than its limit, and takes up another when one has gone")
    func limit() {
        var registry = MetricsRegistry()
        let table = registry.gaugeTable("n", help: "N.", labels: ["x"], limit: 2)
        for name in ["a", "b", "c"] { table.set([name], to: 1) }
        table.set(["b"], to: 2)
        #expect(Self.lines(registry).dropFirst(2) == [#"n{x="a"} 1"#, #"n{x="b"} 2"#])
        table.remove(["a"])
        table.set(["c"], to: 1)
        #expect(Self.lines(registry).dropFirst(2) == [#"n{x="b"} 2"#, #"n{x="c"} 1"#])
    }
}
