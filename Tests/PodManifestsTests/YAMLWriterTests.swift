import Testing

@testable import PodManifests

@Suite("Written YAML")
struct YAMLWriterTests {
    @Test("has kubectl's layout")
    func layout() {
        let value = ManifestValue.object([
            ManifestMember("apiVersion", .string("v1")),
            ManifestMember("count", .number("3")),
            ManifestMember("on", .bool(true)),
            ManifestMember("nothing", .null),
            ManifestMember("emptyMap", .object([])),
            ManifestMember("emptyList", .array([])),
            ManifestMember(
                "list",
                .array([
                    .string("-c"),
                    .object([ManifestMember("a", .number("1")), ManifestMember("b", .array([.string("x")]))]),
                    .array([.string("n"), .array([.null])]), .array([]),
                ])),
            ManifestMember("script", .string("#!/bin/sh\n\techo \"hi\"\n\nexit 0\n")),
        ])
        #expect(
            YAMLWriter.document(value) == """
                apiVersion: v1
                count: 3
                "on": true
                nothing: null
                emptyMap: {}
                emptyList: []
                list:
                - -c
                - a: 1
                  b:
                  - x
                - - "n"
                  - - null
                - []
                script: |
                  #!/bin/sh
                  \techo "hi"

                  exit 0

                """)
    }

    @Test(
        "keeps trailing newlines of blocks",
        arguments: [
            ("a\nb", "|-\n  a\n  b"), ("a\nb\n", "|\n  a\n  b"), ("a\nb\n\n", "|+\n  a\n  b\n"), ("a\n", "|\n  a"),
            ("a\n\n b", "|-\n  a\n\n   b"),
        ])
    func blocks(text: String, written: String) {
        #expect(YAMLText.value(text, indent: 2) == written)
    }

    @Test(
        "quotes what a block or a plain scalar would change",
        arguments: [
            ("\n", #""\n""#), (" a\nb", #"" a\nb""#), ("\ta\nb", #""\ta\nb""#), ("a\n  ", #""a\n  ""#),
            ("a\rb\n", #""a\rb\n""#),
            ("a: b", #""a: b""#), ("a #b", #""a #b""#), ("a:", #""a:""#), ("- a", #""- a""#), ("-", #""-""#),
            ("---", #""---""#),
            ("... x", #""... x""#), (" a", #"" a""#), ("a ", #""a ""#), ("\u{7}", #""\x07""#),
            ("\u{2028}", #""\u2028""#),
            ("\u{FEFF}x", #""\ufeffx""#), ("\u{85}", #""\x85""#), ("\"x\" it's", #"'"x" it''s'"#),
            (#"{"a":1}"#, #"'{"a":1}'"#),
            ("'a'", #""'a'""#), ("\"\n\u{0}", #""\"\n\x00""#), ("%a", #""%a""#), ("@a", #""@a""#), ("`a", #""`a""#),
        ])
    func quotes(text: String, written: String) {
        #expect(YAMLText.value(text, indent: 2) == written)
    }

    @Test("reads back as what was written")
    func roundTrip() throws {
        var generator = Generator(state: 7)
        for _ in 0..<2_000 {
            let value = ManifestValue.object([ManifestMember("x", generator.value(depth: 4))])
            let text = YAMLWriter.document(value)
            let read = try ManifestReader.manifests(in: Array(text.utf8), file: "x")
            #expect(read.map(\.value) == [value], "\(text)")
        }
    }
}

/// Makes trees whose strings are full of what YAML gives a meaning to. None begins with a byte order mark: the YAML
/// library takes it off.
struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    private static let pieces = [
        " ", "  ", "\n", "\n\n", "\t", ":", ": ", "#", " #", "-", "- ", "---", "...", "?", "\"", "'", "\\", "{", "}",
        "[", "]",
        ",", "&", "*", "!", "|", ">", "%", "@", "`", "=", "<<", "~", "a", "word", "0", "1", "1.5", "e3", "0x", "true",
        "no", "ü",
        "😀", "\u{0}", "\u{1B}", "\r", "\u{85}", "\u{2028}", "x\u{FEFF}", "\u{A0}", "$(x)",
    ]

    mutating func string() -> String {
        (0..<Int.random(in: 0...5, using: &self)).map { _ in Self.pieces.randomElement(using: &self) ?? "" }.joined()
    }

    mutating func value(depth: Int) -> ManifestValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &self) {
        case 0: .null
        case 1: .bool(Bool.random(using: &self))
        case 2: .number(["0", "-1", "42", "1.5", "1.0e+3", "18446744073709551615"].randomElement(using: &self) ?? "0")
        case 3...5: .string(string())
        case 6: .array((0..<Int.random(in: 0...4, using: &self)).map { _ in value(depth: depth - 1) })
        default: object(depth: depth)
        }
    }

    private mutating func object(depth: Int) -> ManifestValue {
        var members: [ManifestMember] = []
        for _ in 0..<Int.random(in: 0...4, using: &self) {
            let key = string()
            let value = value(depth: depth - 1)
            if !members.contains(where: { $0.key == key }) { members.append(ManifestMember(key, value)) }
        }
        return .object(members)
    }
}
