/// Why a document is not the JSON this module reads, and where.
///
/// Neither the code nor the description carries a byte of the document, so both may be logged and sent to a peer.
package struct RawJSONError: Error, Equatable, Sendable {
    package enum Code: UInt8, CaseIterable, Sendable {
        case documentTooLarge
        case tooManyTokens
        case tooDeep
        case unexpectedEnd
        case byteOrderMark
        case expectedValue
        case expectedKey
        case expectedColon
        case expectedCommaOrBrace
        case expectedCommaOrBracket
        case trailingBytes
        case invalidLiteral
        case invalidNumber
        case controlCharacter
        case invalidEscape
        case invalidUnicodeEscape
        case invalidUTF8
    }

    package let code: Code

    /// Bytes before the first one that is wrong; the document's length where it ends too early.
    package let offset: Int

    @usableFromInline
    package init(_ code: Code, at offset: Int) {
        self.code = code
        self.offset = offset
    }
}

extension RawJSONError: CustomStringConvertible {
    /// One sentence, for example "Expected a colon after an object key at byte 17."
    package var description: String { "\(code.sentence) at byte \(offset)." }
}

extension RawJSONError.Code {
    fileprivate var sentence: String {
        switch self {
        case .documentTooLarge: "The document is too large"
        case .tooManyTokens: "The document holds too many values"
        case .tooDeep: "Arrays and objects are nested too deeply"
        case .unexpectedEnd: "The document ends too early"
        case .byteOrderMark: "The document begins with a byte order mark"
        case .expectedValue: "Expected a value"
        case .expectedKey: "Expected an object key in quotes"
        case .expectedColon: "Expected a colon after an object key"
        case .expectedCommaOrBrace: "Expected a comma or a closing brace"
        case .expectedCommaOrBracket: "Expected a comma or a closing bracket"
        case .trailingBytes: "Expected nothing after the value"
        case .invalidLiteral: "Expected true, false or null"
        case .invalidNumber: "Expected a digit in a number"
        case .controlCharacter: "A string holds an unescaped control character"
        case .invalidEscape: "A string holds an unknown escape"
        case .invalidUnicodeEscape: "Expected four hexadecimal digits"
        case .invalidUTF8: "A string is not valid UTF-8"
        }
    }
}
