/// Bytes that are put together from hundreds of small pieces, as a JSON Patch is. An Array does the same at three times
/// the cost, most of it for asking itself before each piece whether it is shared.
@safe
package struct OutputBytes: ~Copyable {
    private var start: UnsafeMutableRawPointer
    private var capacity: Int

    /// Bytes written.
    package private(set) var count = 0

    /// - Parameter capacity: room to begin with; it doubles as needed.
    package init(capacity: Int) {
        unsafe start = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 8)
        self.capacity = capacity
    }

    deinit { unsafe start.deallocate() }

    package mutating func append(_ byte: UInt8) {
        if count == capacity { grow(by: 1) }
        unsafe start.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count &+= 1
    }

    /// Appends text as it is.
    package mutating func append(_ text: StaticString) {
        unsafe append(UnsafeRawPointer(text.utf8Start), text.utf8CodeUnitCount)
    }

    /// Appends a value exactly as it stands in its document.
    package mutating func append(_ value: JSONValue) {
        let range = value.range
        unsafe append(value.base + range.lowerBound, range.count)
    }

    package mutating func append(contentsOf bytes: [UInt8]) {
        unsafe bytes.withUnsafeBytes { bytes in
            if let from = bytes.baseAddress { unsafe append(from, bytes.count) }
        }
    }

    /// Appends an integer in decimal.
    package mutating func append(decimal number: Int) {
        guard number >= 0, number < 10 else {
            append(contentsOf: Array(String(number).utf8))
            return
        }
        append(0x30 + UInt8(number))
    }

    /// Appends once more what was written from an offset on.
    ///
    /// - Parameter range: within what was written.
    package mutating func append(copyOf range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        if capacity - count < range.count { grow(by: range.count) }
        unsafe (start + count).copyMemory(from: start + range.lowerBound, byteCount: range.count)
        count &+= range.count
    }

    /// Appends everything to an array.
    package func append(to array: inout [UInt8]) {
        unsafe array.append(contentsOf: UnsafeRawBufferPointer(start: start, count: count))
    }

    private mutating func append(_ from: UnsafeRawPointer, _ length: Int) {
        if capacity &- count < length { grow(by: length) }
        unsafe (start + count).copyMemory(from: from, byteCount: length)
        count &+= length
    }

    @inline(never)
    private mutating func grow(by length: Int) {
        let larger = max(capacity * 2, count + length)
        let moved = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 8)
        unsafe moved.copyMemory(from: start, byteCount: count)
        unsafe start.deallocate()
        unsafe start = moved
        capacity = larger
    }
}
