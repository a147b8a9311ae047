import RawJSON
import Testing

@Suite struct JSONTextTests {
    @Test(
        "Escapes decode, lone surrogates to U+FFFD",
        arguments: [
            (#""""#, ""), (#""abc""#, "abc"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
            (#""\u0041\u00e9""#, "Aé"),
            (#""\ud83d\ude00""#, "😀"), (#""\uD83D\uDE00x""#, "😀x"), (#""\ud800""#, "\u{FFFD}"),
            (#""\ud800A""#, "\u{FFFD}A"), (#""\ud800\u0041""#, "\u{FFFD}A"), (#""\ud800\n""#, "\u{FFFD}\n"),
            (#""\udc00\ud800""#, "\u{FFFD}\u{FFFD}"), (#""\ud800\ud83d\ude00""#, "\u{FFFD}😀"), (#""\u0000""#, "\0"),
            ("\"é漢😀\"", "é漢😀"),
        ])
    func decoding(_ literal: String, _ text: String) throws {
        #expect(try reading(literal) { $0.string } == text)
        #expect(try reading(literal) { $0.withText { $0.count } } == text.utf8.count)
    }

    @Test("A string is compared by what it says, not by how it is written")
    func comparison() throws {
        for length in 0..<24 {
            let text = String("abcdefghijklmnopqrstuvwxyz".prefix(length))
            try reading("[\"\(text)\",\"\(text)x\",\"\(text)\"]") { value in
                var elements = value.elements
                guard let first = elements.nextElement(), let second = elements.nextElement(),
                    let third = elements.nextElement()
                else {
                    Issue.record("three elements")
                    return
                }
                let same = first.isText(of: third)
                let different = !first.isText(of: second)
                #expect(same && different)
            }
        }
        try reading(#"["kelos-agent","kelos\u002dagent","kelos-agenT",["kelos-agent"],12345678901]"#) { value in
            var equal: [Bool] = []
            var elements = value.elements
            while let element = elements.nextElement() { equal.append(element.isText("kelos-agent")) }
            #expect(equal == [true, true, false, false, false])
        }
    }

    @Test("An escaped and a plain string that say the same are the same text")
    func escapedComparison() throws {
        try reading(#"{"a":"x/y","b":"x\/y","c":"","d":"\/"}"#) { value in
            guard let plain = value.member("a"), let escaped = value.member("b"), let empty = value.member("c"),
                let slash = value.member("d")
            else {
                Issue.record("four members")
                return
            }
            let same = plain.isText(of: escaped) && escaped.isText(of: plain) && empty.isText(of: empty)
            #expect(same)
            let different = !empty.isText(of: slash) && !slash.isText(of: empty) && !plain.isText(of: value)
            #expect(different)
            let literal = slash.isText("/") && !slash.isText("")
            #expect(literal)
        }
    }
}
