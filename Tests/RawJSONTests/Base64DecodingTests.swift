import Foundation
import RawJSON
import Testing

@Suite("Base64 decoding")
struct Base64DecodingTests {
    @Test("gives what Foundation encoded, in both alphabets", arguments: 0..<70)
    func agreement(length: Int) {
        let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 197 &+ 61) }
        let text = Data(bytes).base64EncodedString().utf8.filter { $0 != UInt8(ascii: "=") }
        #expect(Base64Alphabet.standard.decoded(text) == bytes)
        let url = text.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: "-") : $0 == UInt8(ascii: "/") ? 0x5F : $0 }
        #expect(Base64Alphabet.url.decoded(url) == bytes)
    }

    @Test(
        "takes no character of another alphabet, no padding and no space", arguments: ["AA-A", "AA_A", "AA==", "A A"])
    func foreign(text: String) {
        #expect(Base64Alphabet.standard.decoded(Array(text.utf8)) == nil)
        #expect(Base64Alphabet.url.decoded(Array("AA+/".utf8)) == nil)
    }
}
