internal import CCurl

/// One exchange of libcurl, owned. Made and used on the client's thread only; it must have left its `MultiHandle` before
/// it ends.
@safe final class EasyHandle {
    let pointer: UnsafeMutableRawPointer
    private let errorText: UnsafeMutablePointer<CChar>
    private var fields: FieldList?
    /// False as soon as libcurl has refused an option.
    private(set) var isConfigured = true

    /// Nil when there is no memory.
    init?() {
        guard let made = unsafe curl_easy_init() else { return nil }
        unsafe pointer = unsafe made
        unsafe errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        unsafe note(kelos_set_error_buffer(made, errorText))
    }

    deinit {
        unsafe curl_easy_cleanup(pointer)
        unsafe errorText.deallocate()
    }

    func set(_ option: CURLoption, _ value: Int) {
        unsafe note(kelos_set_number(pointer, option, value))
    }

    /// Nil takes away what libcurl was built with or would take from the environment.
    func set(_ option: CURLoption, _ text: String?) {
        if let text {
            unsafe note(kelos_set_text(pointer, option, text))
        } else {
            unsafe note(kelos_set_text(pointer, option, nil))
        }
    }

    func set(_ option: CURLoption, blob: [UInt8]) {
        unsafe blob.withUnsafeBytes { unsafe note(kelos_set_blob(pointer, option, $0.baseAddress, $0.count)) }
    }

    func setBody(_ body: [UInt8]) {
        unsafe body.withUnsafeBytes { unsafe note(kelos_set_body(pointer, $0.baseAddress, $0.count)) }
    }

    /// - Parameter isComplete: false when there was no memory for one of them.
    func setFields(_ list: FieldList, isComplete: Bool) {
        fields = list
        if !isComplete { isConfigured = false }
        unsafe note(kelos_set_fields(pointer, list.head))
    }

    /// Has `transfer` told of everything that arrives. Nothing keeps it alive but the loop that owns both.
    func setReceiver(_ transfer: Transfer) {
        let context = unsafe Unmanaged.passUnretained(transfer).toOpaque()
        unsafe note(kelos_set_context(pointer, context))
        unsafe note(kelos_set_head_callback(pointer, headLineArrived, context))
        unsafe note(kelos_set_body_callback(pointer, bodyArrived, context))
        unsafe note(kelos_set_socket_callback(pointer, socketWanted))
    }

    /// Lets a body flow again that its callback has held back. Calls that callback.
    func resume() {
        _ = unsafe curl_easy_pause(pointer, CURLPAUSE_CONT)
    }

    /// A number that libcurl learnt during the exchange; zero when it did not.
    func number(_ info: CURLINFO) -> Int {
        unsafe kelos_number(pointer, info)
    }

    /// Whether libcurl's account of the failure is a TLS alert of the peer. The text itself may quote the peer or the
    /// proxy's URL, so it goes nowhere.
    var isFailureAlert: Bool {
        let text = unsafe String(cString: errorText)
        return text.hasPrefix("OpenSSL SSL_read: ") && text.contains(" alert ")
    }

    private func note(_ code: CURLcode) {
        if code != CURLE_OK { isConfigured = false }
    }
}
