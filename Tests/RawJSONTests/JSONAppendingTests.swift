import RawJSON
import Testing

@Suite struct JSONAppendingTests {
    private func written(_ write: (inout [UInt8]) -> Void) -> String {
        var output: [UInt8] = []
        write(&output)
        return String(decoding: output, as: UTF8.self)
    }

    @Test(
        "Strings are escaped as far as RFC 8259 demands and no further",
        arguments: [
            ("", #""""#), ("plain", #""plain""#), ("a\"b\\c/d", #""a\"b\\c/d""#),
            ("\u{8}\t\n\u{C}\r\u{0}\u{1F}\u{7F}", "\"\\b\\t\\n\\f\\r\\u0000\\u001f\u{7F}\""),
            ("12345678\"12345678\n", #""12345678\"12345678\n""#), ("é漢😀<&>", "\"é漢😀<&>\""),
        ])
    func strings(_ text: String, _ literal: String) throws {
        #expect(written { $0.append(quoted: text) } == literal)
        #expect(try reading(literal) { $0.string } == text)
    }

    @Test("Literal text is appended as it is or quoted")
    func literals() {
        #expect(written { $0.append("{\"a\":") } == "{\"a\":")
        #expect(written { $0.append(quoted: "say \"hi\"\n") as Void } == #""say \"hi\"\n""#)
    }

    @Test("Integers are written in decimal", arguments: [0, 7, 10, 65535, -1, Int.max, Int.min])
    func integers(_ number: Int) {
        #expect(written { $0.append(decimal: number) } == "\(number)")
    }

    @Test("A value is copied exactly as it was written")
    func verbatim() throws {
        let text = #"{"a":[ 1e400 , "\u00e9" ]}"#
        let copy = try reading(text) { value in written { if let a = value.member("a") { $0.append(a) } } }
        #expect(copy == #"[ 1e400 , "\u00e9" ]"#)
    }

    @Test("Reference tokens escape tilde and slash")
    func pointers() {
        #expect(JSONPointer.escaped("kelos.dev/a~b") == "kelos.dev~1a~0b")
        #expect(JSONPointer.escaped("~1") == "~01")
        #expect(JSONPointer.escaped("plain") == "plain")
    }

    @Test(
        "The examples of RFC 4648 section 10",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ])
    func base64Examples(_ text: String, _ encoded: String) {
        #expect(written { $0.append(base64: Array(text.utf8)) } == encoded)
    }

    @Test("Base64 of every byte value at every length agrees with the definition, after what is there already")
    func base64() {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        for length in 0..<300 {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ length) }
            var expected: [UInt8] = Array("x".utf8)
            for group in stride(from: 0, to: length, by: 3) {
                let taken = min(3, length - group)
                var bits = 0
                for offset in 0..<3 { bits = bits << 8 | (offset < taken ? Int(bytes[group + offset]) : 0) }
                for place in 0..<4 {
                    expected.append(place <= taken ? alphabet[bits >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
                }
            }
            var output = Array("x".utf8)
            output.append(base64: bytes)
            #expect(output == expected)
        }
    }
}
