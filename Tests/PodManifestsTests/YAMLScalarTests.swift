import Testing

@testable import PodManifests

@Suite("Plain YAML scalars")
struct YAMLScalarTests {
    @Test(
        "mean what they mean to kubectl",
        arguments: [
            ("", .null), ("~", .null), ("null", .null), ("NULL", .null), ("nULL", .string("nULL")),
            ("true", .bool(true)), ("Yes", .bool(true)), ("on", .bool(true)), ("y", .bool(true)),
            ("false", .bool(false)), ("No", .bool(false)), ("OFF", .bool(false)), ("N", .bool(false)),
            ("tRUE", .string("tRUE")), ("yes!", .string("yes!")),
            ("0", .number("0")), ("-0", .number("-0")), ("+1", .number("1")), ("007", .number("7")),
            ("0777", .number("511")), ("0o17", .number("15")), ("0x1F", .number("31")), ("-0x1f", .number("-31")),
            ("0b101", .number("5")), ("1_000", .number("1000")),
            ("18446744073709551615", .number("18446744073709551615")),
            ("123456789012345678901234567890", .number("123456789012345678901234567890")),
            ("1.50", .number("1.50")), (".5", .number("0.5")), ("5.", .number("5")), ("1e3", .number("1e3")),
            ("1.e3", .number("1000")), ("-.5e-1", .number("-0.05")), ("08", .number("8")), ("09.5", .number("9.5")),
            ("1.2.3", .string("1.2.3")), ("10m", .string("10m")), ("1Gi", .string("1Gi")), ("-", .string("-")),
            ("+", .string("+")), (".", .string(".")), ("--flag", .string("--flag")), ("0x", .string("0x")),
            ("1e", .string("1e")), ("e3", .string("e3")), ("2026-01-02", .string("2026-01-02")),
            ("2026-1-2T03:04:05Z", .string("2026-1-2T03:04:05Z")), ("12:30", .string("12:30")),
            ("<<", .string("<<")), ("=", .string("=")), (" 1", .string(" 1")), ("１", .string("１")),
        ] as [(String, ManifestValue)])
    func resolution(text: String, value: ManifestValue) {
        #expect(YAMLScalar.resolved(text) == value)
    }

    @Test("that are no finite number have no value", arguments: [".nan", ".NaN", ".inf", "-.INF", "+.Inf"])
    func infinities(text: String) {
        #expect(YAMLScalar.resolved(text) == nil)
    }

    @Test(
        "are quoted when any reader might take them for something else",
        arguments: [
            "y", "no", "On", "null", "", "~", "1", "1.0", "1e3", "0o17", "0x1f", "1_000", "12:30:45", "1:30",
            "2026-01-02", ".inf", "=", "<<", "+5", "-0", ".5", "017",
        ])
    func quoting(text: String) {
        #expect(YAMLScalar.needsQuotes(text))
        #expect(YAMLText.inline(text) == "\"\(text)\"")
    }

    @Test(
        "stay plain when every reader agrees on a string",
        arguments: [
            "a", "10m", "1Gi", "-c", "--flag=x", "v1.2.3", "127.0.0.1", "nginx:1.25", "/bin/sh", "a b", "yes!",
            "0.0.0.0:80", "x-access-token", "?x", ":x", "a#b", "ä", "credential.https://github.com.helper", "1-2",
        ])
    func plain(text: String) {
        #expect(YAMLText.inline(text) == text)
    }

    @Test(
        "numbers with an exponent get a dot and a sign",
        arguments: [
            ("1e3", "1.0e+3"), ("1E-3", "1.0e-3"), ("1.5e3", "1.5e+3"), ("1.5e+3", "1.5e+3"), ("12", "12"),
            ("-1e5", "-1.0e+5"),
        ])
    func portableNumbers(text: String, portable: String) {
        #expect(YAMLScalar.portable(number: text) == portable)
    }
}
