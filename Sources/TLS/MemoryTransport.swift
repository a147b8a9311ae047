internal import COpenSSL

/// The bytes between a TLS session and its socket, as an OpenSSL BIO of our own.
///
/// OpenSSL's memory BIO would copy what came from the socket once more before it decrypts; this one lends it.
/// The BIO holds an unretained pointer to the transport: the session owns both, and frees the BIO with its SSL object
/// before the transport goes.
@safe final class MemoryTransport {
    var outgoing: [UInt8] = []
    private var incoming: [UInt8] = []
    private var position = 0
    private var end = 0

    /// Lends `bytes` until `withdraw`; the array is shared, not copied.
    func offer(_ bytes: [UInt8], count: Int) {
        incoming = bytes
        position = 0
        end = count
    }

    /// Ends the loan, so that the lender writes into its array again without a copy.
    func withdraw() {
        incoming = []
        position = 0
        end = 0
    }

    func makeBIO() -> OpaquePointer? {
        guard let method = unsafe transportMethod.method, let bio = unsafe BIO_new(method) else { return nil }
        unsafe BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
        unsafe BIO_set_init(bio, 1)
        return unsafe bio
    }

    fileprivate func read(into target: UnsafeMutablePointer<CChar>, count: Int) -> Int {
        let taken = min(count, end - position)
        guard taken > 0 else { return 0 }
        unsafe incoming.withUnsafeBytes { bytes in
            let lent = unsafe UnsafeRawBufferPointer(rebasing: bytes[position..<position + taken])
            unsafe UnsafeMutableRawBufferPointer(start: target, count: taken).copyMemory(from: lent)
        }
        position += taken
        return taken
    }

    fileprivate func write(_ source: UnsafePointer<CChar>, count: Int) {
        unsafe outgoing.append(contentsOf: UnsafeRawBufferPointer(start: source, count: count))
    }
}

/// The BIO type of `MemoryTransport`, made once for the process and never freed.
///
/// `@unchecked Sendable`: written in `init` only, read-only afterwards.
@safe private final class TransportMethod: @unchecked Sendable {
    let method: OpaquePointer?

    init() {
        let made = unsafe BIO_meth_new(BIO_get_new_index() | Int32(BIO_TYPE_SOURCE_SINK), "kelos memory transport")
        unsafe BIO_meth_set_read(made, transportRead)
        unsafe BIO_meth_set_write(made, transportWrite)
        unsafe BIO_meth_set_ctrl(made, transportControl)
        unsafe method = unsafe made
    }
}

private let transportMethod = TransportMethod()

private func transport(of bio: OpaquePointer?) -> MemoryTransport? {
    guard let data = unsafe BIO_get_data(bio) else { return nil }
    return unsafe Unmanaged<MemoryTransport>.fromOpaque(data).takeUnretainedValue()
}

private func transportRead(_ bio: OpaquePointer?, _ target: UnsafeMutablePointer<CChar>?, _ count: Int32) -> Int32 {
    guard let target = unsafe target, let transport = unsafe transport(of: bio) else { return -1 }
    unsafe kelos_clear_retry(bio)
    let taken = unsafe transport.read(into: target, count: Int(count))
    if taken > 0 { return Int32(taken) }
    unsafe kelos_set_retry_read(bio)
    return -1
}

private func transportWrite(_ bio: OpaquePointer?, _ source: UnsafePointer<CChar>?, _ count: Int32) -> Int32 {
    guard let source = unsafe source, let transport = unsafe transport(of: bio) else { return -1 }
    unsafe transport.write(source, count: Int(count))
    return count
}

/// SSL flushes after each flight; there is nothing to do. Everything else is unknown here, which OpenSSL reads from 0.
private func transportControl(
    _: OpaquePointer?, _ command: Int32, _: Int, _: UnsafeMutableRawPointer?
) -> Int { command == BIO_CTRL_FLUSH ? 1 : 0 }
