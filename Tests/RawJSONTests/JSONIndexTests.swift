import RawJSON
import Testing

@Suite struct JSONIndexTests {
    @Test(
        "Accepts what RFC 8259 allows",
        arguments: [
            "{}", "[]", "\"\"", "0", "-0", "true", "false", "null", " \t\r\n[ 1 , 2 ] \n", "1e400", "-1.5E+3", "0.0",
            "123456789012345678901234567890", "[[[]],{}]", "{\"a\":{\"b\":[]}}",
            "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"",
            "\"\u{7F}\"", "\"é漢😀\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "{\"\":1,\"\":2}", "\"12345678\"",
            "[\"1234567\",\"123456789012345\"]",
        ])
    func accepts(_ text: String) {
        #expect(fault(text) == nil)
    }

    @Test(
        "Names the fault and its offset",
        arguments: [
            ("", .unexpectedEnd, 0), ("  ", .unexpectedEnd, 2), ("{", .unexpectedEnd, 1), ("[1,", .unexpectedEnd, 3),
            ("\"abc", .unexpectedEnd, 4), ("\"\\", .unexpectedEnd, 2), ("\"\\u12", .unexpectedEnd, 5),
            ("tru", .unexpectedEnd, 3), ("-", .unexpectedEnd, 1), ("1.", .unexpectedEnd, 2), ("1e+", .unexpectedEnd, 3),
            ("\u{FEFF}{}", .byteOrderMark, 0), ("[1,]", .expectedValue, 3), ("[,1]", .expectedValue, 1),
            ("{\"a\":}", .expectedValue, 5), ("'a'", .expectedValue, 0), ("NaN", .expectedValue, 0),
            ("Infinity", .expectedValue, 0), ("+1", .expectedValue, 0), (".5", .expectedValue, 0),
            ("]", .expectedValue, 0), ("//", .expectedValue, 0), ("\u{A0}1", .expectedValue, 0),
            ("{a:1}", .expectedKey, 1), ("{1:1}", .expectedKey, 1), ("{\"a\":1,}", .expectedKey, 7),
            ("{,}", .expectedKey, 1), ("{\"a\" 1}", .expectedColon, 5), ("{\"a\"}", .expectedColon, 4),
            ("{\"a\":1 \"b\":2}", .expectedCommaOrBrace, 7), ("{\"a\":1]", .expectedCommaOrBrace, 6),
            ("[1 2]", .expectedCommaOrBracket, 3), ("[1}", .expectedCommaOrBracket, 2), ("{} {}", .trailingBytes, 3),
            ("1,", .trailingBytes, 1), ("01", .trailingBytes, 1), ("-01", .trailingBytes, 2),
            ("0x1", .trailingBytes, 1), ("null\0", .trailingBytes, 4), ("nulL", .invalidLiteral, 3),
            ("truf", .invalidLiteral, 3), ("-a", .invalidNumber, 1), ("-Infinity", .invalidNumber, 1),
            ("1.a", .invalidNumber, 2), ("1e", .unexpectedEnd, 2), ("1ex", .invalidNumber, 2),
            ("[1.]", .invalidNumber, 3), ("\"a\nb\"", .controlCharacter, 2), ("\"12345678\t\"", .controlCharacter, 9),
            ("\"\0\"", .controlCharacter, 1), ("\"\u{1F}\"", .controlCharacter, 1), ("\"\\x\"", .invalidEscape, 2),
            ("\"\\'\"", .invalidEscape, 2), ("\"\\U0041\"", .invalidEscape, 2),
            ("\"\\u00g0\"", .invalidUnicodeEscape, 5), ("\"\\u\"", .invalidUnicodeEscape, 3),
        ] as [(String, RawJSONError.Code, Int)])
    func rejects(_ text: String, _ code: RawJSONError.Code, _ offset: Int) {
        #expect(fault(text) == RawJSONError(code, at: offset))
    }

    @Test(
        "Rejects what is not UTF-8",
        arguments: [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC3, 0x28], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
            [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xE2, 0x28, 0xA1], [0xF0, 0x80, 0x80, 0x80],
            [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFE], [0xFF],
            [0xE6, 0xBC, 0x41], [0xF0, 0x9F, 0x98, 0x41],
        ] as [[UInt8]])
    func rejectsInvalidUTF8(_ sequence: [UInt8]) {
        for padding in 0..<9 {
            let before = [UInt8](repeating: 0x61, count: padding)
            let document = [0x22] + before + sequence + [0x22]
            #expect(fault(document) == RawJSONError(.invalidUTF8, at: 1 + padding))
        }
    }

    @Test("A document cut at any byte is an error, never a value and never a crash")
    func truncation() {
        let document = Array(sample.utf8)
        #expect(fault(document) == nil)
        for length in 0..<document.count {
            #expect(fault(Array(document[..<length])) != nil, "cut at \(length)")
        }
    }

    @Test("Every special byte is found at every place of a word")
    func everyPlace() {
        for length in 0..<40 {
            let plain = String(repeating: "x", count: length)
            #expect(fault("\"\(plain)\"") == nil)
            #expect(fault("\"\(plain)\\\"\"") == nil)
            #expect(fault("\"\(plain)é\"") == nil)
            #expect(fault("\"\(plain)\u{1}yyyyyyyyy\"") == RawJSONError(.controlCharacter, at: length + 1))
            #expect(fault("\"\(plain)") == RawJSONError(.unexpectedEnd, at: length + 1))
        }
    }

    @Test("Nesting is accepted up to the limit and refused one deeper, without recursion")
    func depth() {
        var limits = JSONLimits()
        limits.depth = 100_000
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(fault(nested(100_000), limits: limits) == nil)
        #expect(fault(nested(100_001), limits: limits) == RawJSONError(.tooDeep, at: 100_000))
        #expect(fault(nested(JSONLimits().depth)) == nil)
        #expect(fault(nested(JSONLimits().depth + 1)) == RawJSONError(.tooDeep, at: JSONLimits().depth))
        #expect(fault(String(repeating: "{\"a\":", count: 5000)) == RawJSONError(.tooDeep, at: 5000))
    }

    @Test("Size and number of tokens are limited")
    func limits() {
        var limits = JSONLimits()
        limits.documentBytes = 4
        #expect(fault("[10]", limits: limits) == nil)
        #expect(fault("[100]", limits: limits) == RawJSONError(.documentTooLarge, at: 4))
        limits = JSONLimits()
        limits.tokens = 5000
        let zeros = { (count: Int) in "[" + Array(repeating: "0", count: count).joined(separator: ",") + "]" }
        #expect(fault(zeros(4000), limits: limits) == nil)
        #expect(fault(zeros(6000), limits: limits)?.code == .tooManyTokens)
    }

    @Test("One index reads one document after another, small ones after a huge one too")
    func reuse() throws {
        var index = JSONIndex()
        let huge = Array(("[" + Array(repeating: "[]", count: 100_000).joined(separator: ",") + "]").utf8)
        let small = Array("{\"a\":\"b\"}".utf8)
        let comma = Array(",".utf8)
        for _ in 0..<3 {
            #expect(try index.read(unsafe huge.span.bytes).count == 100_000)
            #expect(try index.read(unsafe small.span.bytes).member("a")?.string == "b")
            #expect(throws: RawJSONError(.expectedValue, at: 0)) { _ = try index.read(unsafe comma.span.bytes) }
        }
    }

    @Test("The description says where and carries no byte of the document")
    func descriptions() {
        #expect(fault("{\"secret\"x")?.description == "Expected a colon after an object key at byte 9.")
        let sentences = Set(RawJSONError.Code.allCases.map { RawJSONError($0, at: 3).description })
        #expect(sentences.count == RawJSONError.Code.allCases.count)
        #expect(sentences.allSatisfy { $0.hasSuffix(" at byte 3.") })
    }

    private let sample = """
        {"kind":"Pod","metadata":{"name":"añ😀","labels":{"a/b":"c\\n\\u00e9\\ud83d\\ude00"}},
         "spec":{"containers":[{"name":"x","env":[{"name":"A","value":"$(B)"}],"n":-12.5e-3}],"t":[true,false,null]}}
        """
}
