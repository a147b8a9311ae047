internal import CNghttp2
import HTTPSemantics

/// The fields of one answer in the form nghttp2 takes. Storage is kept from answer to answer; nghttp2 copies what it needs.
struct HTTP2FieldBlock {
    private var text: [UInt8] = []
    private var fields: [(nameCount: Int, valueCount: Int)] = []

    /// The fields of a final answer. `response.fields` are in lower case already, as RFC 9113 section 8.2 demands.
    mutating func fill(_ response: borrowing Response) {
        begin(status: Int(response.status.code))
        if let contentType = response.contentType { add("content-type", contentType) }
        if response.stream == nil { add("content-length", number: response.body.count) }
        for field in response.fields { add(field.name, field.value) }
        for field in response.madeFields { add(field.name, field.value) }
    }

    /// The fields of an interim answer: the status only (RFC 9110 section 15.2).
    mutating func begin(status: Int) {
        text.removeAll(keepingCapacity: true)
        fields.removeAll(keepingCapacity: true)
        add(":status", number: status)
    }

    private mutating func add(_ name: StaticString, _ value: StaticString) {
        let start = text.count
        text.append(name)
        let middle = text.count
        text.append(value)
        fields.append((middle - start, text.count - middle))
    }

    private mutating func add(_ name: String, _ value: String) {
        let start = text.count
        text.append(contentsOf: name.utf8)
        let middle = text.count
        text.append(contentsOf: value.utf8)
        fields.append((middle - start, text.count - middle))
    }

    private mutating func add(_ name: StaticString, number: Int) {
        let start = text.count
        text.append(name)
        let middle = text.count
        text.appendDecimal(number)
        fields.append((middle - start, text.count - middle))
    }

    /// Lends the fields out; the pointers are good during the call only.
    mutating func withEntries(_ submit: (UnsafePointer<nghttp2_nv>?, Int) -> Int32) -> Int32 {
        let fields = fields
        return unsafe text.withUnsafeMutableBufferPointer { text in
            unsafe withUnsafeTemporaryAllocation(of: nghttp2_nv.self, capacity: fields.count) { entries in
                guard var cursor = text.baseAddress else { return 0 }
                for (index, field) in fields.enumerated() {
                    let value = unsafe cursor + field.nameCount
                    unsafe entries.initializeElement(
                        at: index,
                        to: nghttp2_nv(
                            name: cursor, value: value, namelen: field.nameCount, valuelen: field.valueCount,
                            flags: UInt8(NGHTTP2_NV_FLAG_NONE.rawValue)))
                    unsafe cursor = value + field.valueCount
                }
                return unsafe submit(entries.baseAddress, fields.count)
            }
        }
    }
}
