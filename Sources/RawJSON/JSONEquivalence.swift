extension JSONValue {
    /// Tokens up to which two values that differ in their bytes are compared by what they say. Both of a review come from
    /// one encoder, so bytes differ only where something was changed; beyond this, the memory for the comparison would
    /// exceed some megabytes.
    private static let mostComparedTokens = 1 << 16

    /// True if both say the same, however they are written: white space, the order of keys, escapes and the spelling of
    /// numbers (`1.0`, `10e-1`) make no difference, and of a key that occurs twice the last one counts. Two values of more
    /// than 65,536 tokens are the same only byte for byte.
    package func isEquivalent(to other: JSONValue) -> Bool {
        if hasSameBytes(as: other) { return true }
        guard following - position <= Self.mostComparedTokens,
            other.following - other.position <= Self.mostComparedTokens
        else { return false }
        return saysTheSame(as: other)
    }

    private func hasSameBytes(as other: JSONValue) -> Bool {
        let ours = range
        let theirs = other.range
        guard ours.count == theirs.count else { return false }
        return unsafe sameBytes(base + ours.lowerBound, other.base + theirs.lowerBound, ours.count)
    }

    /// Recursion is as deep as the documents, which `JSONLimits.depth` bounds.
    private func saysTheSame(as other: JSONValue) -> Bool {
        let kind = self.kind
        guard kind == other.kind else { return false }
        switch kind {
        case .null: return true
        case .boolean: return bool == other.bool
        case .string: return isText(of: other)
        case .number:
            if hasSameBytes(as: other) { return true }
            guard let ours = DecimalNumber(self), let theirs = DecimalNumber(other) else { return false }
            return ours == theirs
        case .array: return hasSameElements(as: other)
        case .object: return hasSameMembers(as: other)
        }
    }

    private func hasSameElements(as other: JSONValue) -> Bool {
        var ours = elements
        var theirs = other.elements
        while let element = ours.nextElement() {
            guard let counterpart = theirs.nextElement(), element.saysTheSame(as: counterpart) else { return false }
        }
        return theirs.nextElement() == nil
    }

    private func hasSameMembers(as other: JSONValue) -> Bool {
        let ours = lastMembers
        let theirs = other.lastMembers
        guard ours.count == theirs.count else { return false }
        for (key, position) in ours {
            guard let counterpart = theirs[key], at(position).saysTheSame(as: other.at(counterpart)) else {
                return false
            }
        }
        return true
    }

    /// For each key, as bytes, the position of the value that counts.
    private var lastMembers: [[UInt8]: Int] {
        var positions: [[UInt8]: Int] = [:]
        var members = self.members
        while let member = members.nextMember() {
            var key: [UInt8] = []
            member.key.appendText(to: &key)
            positions[key] = member.value.position
        }
        return positions
    }
}
