/// What one document may cost.
package struct JSONLimits: Sendable {
    /// Longest document, in bytes. Offsets are kept in 30 bits; this stays well below, and far above any body a server
    /// here accepts (7 MiB).
    package var documentBytes = 256 << 20

    /// Arrays and objects open at once. API objects stay below 50; Go's decoder, which wrote what we read, stops at 10,000.
    /// Nesting costs no stack here, so this only keeps nonsense out.
    package var depth = 1000

    /// Values, keys and closing brackets together, eight bytes of index each. A 7 MiB review of real pods has about
    /// 700,000.
    package var tokens = 2 << 20

    package init() {}
}
