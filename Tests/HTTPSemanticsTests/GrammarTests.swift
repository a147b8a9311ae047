import HTTPSemantics
import Testing

@Suite("Character classes agree with their grammars on all 256 bytes")
struct GrammarTests {
    private static let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".utf8)

    private func bytes(where belongs: (UInt8) -> Bool) -> Set<UInt8> {
        Set((UInt8.min...UInt8.max).filter(belongs))
    }

    @Test("tchar")
    func token() {
        #expect(bytes(where: \.isTokenByte) == Set(Self.letters + Array("!#$%&'*+-.^_`|~".utf8)))
    }

    @Test("field values")
    func fieldValue() {
        #expect(bytes(where: \.isFieldValueByte) == Set([0x09] + Array(0x20...0x7E) + Array(0x80...0xFF)))
    }

    @Test("request targets")
    func target() {
        #expect(bytes(where: \.isTargetByte) == Set(UInt8(0x21)...0x7E).subtracting([UInt8(ascii: "#")]))
    }

    @Test("reg-name without the comma")
    func registeredName() {
        #expect(bytes(where: \.isRegisteredNameByte) == Set(Self.letters + Array("-._~%!$&'()*+;=".utf8)))
    }

    @Test("IP literals")
    func addressLiteral() {
        #expect(bytes(where: \.isAddressLiteralByte) == Set(Self.letters + Array("-._~:".utf8)))
    }
}
