/// The pass over a document. It keeps no stack: while an array or object is open, its token holds the position of the one
/// around it, so depth costs no memory.
///
/// Invariant of every offset here: it never passes `count`, and no byte is read at or after `count`. Offsets are plain
/// integers in local variables, and what is not inlined takes and returns them by value: a cursor that other functions can
/// write to would live in memory and cost a third of the speed.
enum JSONScanner {
    /// - Parameters:
    ///   - base: the first of `count` readable bytes.
    ///   - storage: receives the tokens, the outermost value first.
    @unsafe
    static func scan(
        _ base: UnsafeRawPointer, count: Int, limits: JSONLimits, into storage: inout JSONTokenStorage
    ) throws(RawJSONError) {
        var at = 0
        var tokens = unsafe storage.tokens
        var room = min(storage.capacity, limits.tokens)
        var written = 0
        var container = JSONToken.none
        var inObject = false
        var depth = 0

        values: while true {
            // A key and a value are written before the next look at the room.
            if written &+ 2 > room {
                room = try storage.grow(keeping: written, limit: limits.tokens, at: at)
                unsafe tokens = storage.tokens
            }
            if inObject {
                guard try unsafe next(&at, base, count, likely: .quote) == .quote else {
                    throw RawJSONError(.expectedKey, at: at)
                }
                unsafe tokens[written] = try unsafe StringScan.scan(&at, base, count)
                written &+= 1
                guard try unsafe next(&at, base, count, likely: .colon) == .colon else {
                    throw RawJSONError(.expectedColon, at: at)
                }
                at &+= 1
            }
            let first = try unsafe next(&at, base, count, likely: .quote)
            if first == .quote {
                unsafe tokens[written] = try unsafe StringScan.scan(&at, base, count)
                written &+= 1
            } else if first == .openBrace || first == .openBracket {
                guard depth < limits.depth else { throw RawJSONError(.tooDeep, at: at) }
                depth &+= 1
                inObject = first == .openBrace
                unsafe tokens[written] = JSONToken(
                    start: UInt32(truncatingIfNeeded: at) | JSONToken.containerFlag
                        | (inObject ? JSONToken.objectFlag : 0),
                    end: container)
                container = UInt32(truncatingIfNeeded: written)
                written &+= 1
                at &+= 1
                // ASCII: a closing bracket stands two after its opening one.
                guard try unsafe next(&at, base, count, likely: .quote) == first &+ 2 else { continue values }
            } else {
                let end = try unsafe ScalarScan.end(of: first, from: at, base, count)
                unsafe tokens[written] = JSONToken(
                    start: UInt32(truncatingIfNeeded: at), end: UInt32(truncatingIfNeeded: end))
                written &+= 1
                at = end
            }

            while container != JSONToken.none {
                let follower = try unsafe next(&at, base, count, likely: .comma)
                if follower == .comma {
                    at &+= 1
                    continue values
                }
                guard follower == (inObject ? .closeBrace : .closeBracket) else {
                    throw RawJSONError(inObject ? .expectedCommaOrBrace : .expectedCommaOrBracket, at: at)
                }
                if written >= room {
                    room = try storage.grow(keeping: written, limit: limits.tokens, at: at)
                    unsafe tokens = storage.tokens
                }
                let parent = unsafe tokens[Int(container)].end
                unsafe tokens[Int(container)].end = UInt32(truncatingIfNeeded: written)
                let offset = UInt32(truncatingIfNeeded: at)
                unsafe tokens[written] = JSONToken(start: offset, end: offset &+ 1)
                written &+= 1
                container = parent
                depth &-= 1
                at &+= 1
                guard parent != JSONToken.none else { break }
                inObject = unsafe tokens[Int(parent)].start & JSONToken.objectFlag != 0
            }
            break
        }

        while at < count {
            guard unsafe base[at].isJSONSpace else { throw RawJSONError(.trailingBytes, at: at) }
            at &+= 1
        }
    }

    /// Moves to the next byte that is not white space and returns it; after that `at` is below `count`.
    ///
    /// - Parameter likely: the byte that stands here most often, which is looked for first.
    @inline(__always)
    private static func next(
        _ at: inout Int, _ base: UnsafeRawPointer, _ count: Int, likely: UInt8
    ) throws(RawJSONError) -> UInt8 {
        while at < count {
            let byte = unsafe base[at]
            if byte == likely || byte > .space || !byte.isJSONSpace { return byte }
            at &+= 1
        }
        throw RawJSONError(.unexpectedEnd, at: at)
    }
}

extension UnsafeRawPointer {
    /// The byte at an offset.
    @unsafe @inlinable @inline(__always)
    subscript(_ offset: Int) -> UInt8 { unsafe load(fromByteOffset: offset, as: UInt8.self) }

    /// The eight bytes from an offset on, the first one lowest.
    @unsafe @inlinable @inline(__always)
    func word(at offset: Int) -> UInt64 {
        UInt64(littleEndian: unsafe loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
}
