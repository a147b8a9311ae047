/// An index over the bytes of one JSON document, and the storage to build the next one in.
///
/// Reading is one pass that checks everything RFC 8259 demands and notes where each value starts and ends. Nothing is
/// copied or decoded; what nobody asks for is never looked at again. A view borrows the index and the bytes: the compiler
/// refuses a program in which it outlives either.
///
/// What RFC 8259 leaves open is settled as Go's encoding/json settles it, because the API server is written in Go:
/// - **Duplicate keys**: the last one wins.
/// - **Lone surrogates** (`\ud800` without its other half) are accepted and decode to U+FFFD.
/// - **Numbers** are kept as written; `1e400` is a number.
/// - Keys are matched exactly. (Go also takes another case; the API server writes canonical names.)
///
/// Stricter than Go, as the RFC is: invalid UTF-8 is an error.
@safe
package struct JSONIndex: ~Copyable {
    /// Tokens that stay allocated between documents; a review of 10 KB needs about 1000.
    private static let retainedTokens = 1 << 15
    private static let initialTokens = 1 << 11

    private let limits: JSONLimits
    private var storage: JSONTokenStorage

    /// Allocates room for a document of about 20 KB.
    package init(limits: JSONLimits = JSONLimits()) {
        self.limits = limits
        self.storage = JSONTokenStorage(capacity: Self.initialTokens)
    }

    /// Reads one document and returns a view of its outermost value.
    ///
    /// - Parameter bytes: the whole document; it may be of any kind, a bare number too.
    /// - Throws: the first fault, with its offset.
    @_lifetime(&self, copy bytes)
    package mutating func read(_ bytes: RawSpan) throws(RawJSONError) -> JSONValue {
        if storage.capacity > Self.retainedTokens { storage = JSONTokenStorage(capacity: Self.initialTokens) }
        guard bytes.byteCount <= limits.documentBytes else {
            throw RawJSONError(.documentTooLarge, at: limits.documentBytes)
        }
        guard let base = unsafe bytes.withUnsafeBytes({ $0.baseAddress }) else {
            throw RawJSONError(.unexpectedEnd, at: 0)
        }
        try unsafe JSONScanner.scan(base, count: bytes.byteCount, limits: limits, into: &storage)
        // The view's pointers are those of `bytes` and of `storage`; the annotation above ties its lifetime to both.
        let root = unsafe JSONValue(base: base, tokens: UnsafePointer(storage.tokens), position: 0)
        return unsafe _overrideLifetime(root, mutating: &self)
    }
}

/// The memory behind an index.
@safe
struct JSONTokenStorage: ~Copyable {
    private(set) var tokens: UnsafeMutablePointer<JSONToken>
    private(set) var capacity: Int

    init(capacity: Int) {
        unsafe tokens = UnsafeMutablePointer<JSONToken>.allocate(capacity: capacity)
        self.capacity = capacity
    }

    deinit { unsafe tokens.deallocate() }

    /// Doubles the room and returns how many tokens may be written now; the first `count` are kept.
    @inline(never)
    mutating func grow(keeping count: Int, limit: Int, at offset: Int) throws(RawJSONError) -> Int {
        guard capacity < limit else { throw RawJSONError(.tooManyTokens, at: offset) }
        let larger = UnsafeMutablePointer<JSONToken>.allocate(capacity: capacity * 2)
        unsafe larger.moveInitialize(from: tokens, count: count)
        unsafe tokens.deallocate()
        unsafe tokens = larger
        capacity *= 2
        return min(capacity, limit)
    }
}
