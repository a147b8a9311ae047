import RawJSON

extension [UInt8] {
    /// Appends a value as JSON without white space, every string decoded and escaped anew, each object with its last value
    /// for a key and numbers as they were written: what an independent parser is compared with.
    mutating func append(canonical value: JSONValue) {
        switch value.kind {
        case .object:
            append("{")
            var last: [String: Int] = [:]
            var members = value.members
            var ordinal = 0
            while let member = members.nextMember() {
                last[member.key.string ?? ""] = ordinal
                ordinal += 1
            }
            members = value.members
            ordinal = 0
            var separate = false
            while let member = members.nextMember() {
                let key = member.key.string ?? ""
                if last[key] == ordinal {
                    if separate { append(",") }
                    separate = true
                    append(quoted: key)
                    append(":")
                    append(canonical: member.value)
                }
                ordinal += 1
            }
            append("}")
        case .array:
            append("[")
            var elements = value.elements
            var separate = false
            while let element = elements.nextElement() {
                if separate { append(",") }
                separate = true
                append(canonical: element)
            }
            append("]")
        case .string:
            append(quoted: value.string ?? "")
        case .number, .boolean, .null:
            append(value)
        }
    }
}
