internal import Logging

/// Metadata values as JSON.
enum LogValue {
    static func append(_ value: Logger.MetadataValue, to line: inout [UInt8]) {
        switch value {
        case .string(let text): LogText.appendQuoted(text, limit: LogLine.longestString, to: &line)
        case .stringConvertible(let convertible): append(convertible, to: &line)
        case .array(let values):
            line.append(UInt8(ascii: "["))
            for (index, element) in values.enumerated() {
                if index > 0 { line.append(UInt8(ascii: ",")) }
                append(element, to: &line)
            }
            line.append(UInt8(ascii: "]"))
        case .dictionary(let members):
            line.append(UInt8(ascii: "{"))
            for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { line.append(UInt8(ascii: ",")) }
                LogText.appendQuoted(member.key, limit: LogLine.longestString, to: &line)
                line.append(UInt8(ascii: ":"))
                append(member.value, to: &line)
            }
            line.append(UInt8(ascii: "}"))
        }
    }

    /// Numbers and booleans stay what they are, so that collectors can compare them.
    private static func append(_ value: any CustomStringConvertible & Sendable, to line: inout [UInt8]) {
        switch value {
        case let integer as any FixedWidthInteger: line += String(describing: integer).utf8
        case let boolean as Bool: line += String(boolean).utf8
        case let number as Double where number.isFinite: line += MetricNumber.text(number).utf8
        default: LogText.appendQuoted(value.description, limit: LogLine.longestString, to: &line)
        }
    }
}
