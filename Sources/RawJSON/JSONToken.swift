/// Where one value starts and ends. Tokens stand in document order; an array or object is closed by a token of its own, so
/// that skipping a value is one addition.
@usableFromInline
struct JSONToken {
    /// Offset of the first byte, and the flags below.
    @usableFromInline var start: UInt32

    /// A scalar or a closing bracket: offset past the last byte. An array or object: position of its closing token, and
    /// while it is still open the position of the container around it.
    @usableFromInline var end: UInt32

    @inlinable
    init(start: UInt32, end: UInt32) {
        self.start = start
        self.end = end
    }

    /// The value is an array or an object.
    @inlinable static var containerFlag: UInt32 { 1 << 31 }

    /// The value is a string with at least one backslash.
    @inlinable static var escapeFlag: UInt32 { 1 << 30 }

    /// With the container flag: the value is an object. The same bit as for escapes, which containers have none of.
    @inlinable static var objectFlag: UInt32 { 1 << 30 }

    /// Stands for "no container around this one".
    @inlinable static var none: UInt32 { .max }

    @inlinable var offset: Int { Int(truncatingIfNeeded: start & (Self.escapeFlag &- 1)) }
    @inlinable var isContainer: Bool { start & Self.containerFlag != 0 }
    @inlinable var hasEscape: Bool { start >> 30 == 1 }
    @inlinable var isObject: Bool { start >> 30 == 3 }
    @inlinable var isArray: Bool { start >> 30 == 2 }
}
