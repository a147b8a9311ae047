internal import CCurl
internal import Platform

/// libcurl's set of running exchanges and their connections, owned.
///
/// `@unchecked Sendable`: `wakeUp` may be called on any thread (curl_multi_wakeup(3)); everything else, and the end, belong
/// to the client's thread, before which the mailbox gives its reference up.
@safe final class MultiHandle: @unchecked Sendable {
    /// Connections kept or open at once; a request beyond them waits within its own deadline. GitHub allows a hundred
    /// requests at once, and each watch has a connection of its own.
    private static let connectionLimit = 256
    /// Idle connections kept. HTTP/2 needs one for each server.
    private static let idleConnections = 32

    private let pointer: UnsafeMutableRawPointer

    init() throws(SystemError) {
        guard CurlLibrary.isReady, let made = unsafe curl_multi_init() else {
            throw SystemError("curl_multi_init", code: CurlLibrary.noMemory)
        }
        unsafe pointer = unsafe made
        _ = unsafe kelos_set_multi_number(made, CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))
        _ = unsafe kelos_set_multi_number(made, CURLMOPT_MAX_TOTAL_CONNECTIONS, MultiHandle.connectionLimit)
        _ = unsafe kelos_set_multi_number(made, CURLMOPT_MAXCONNECTS, MultiHandle.idleConnections)
    }

    deinit { unsafe curl_multi_cleanup(pointer) }

    /// Ends the present or the next `wait`. Safe on any thread.
    func wakeUp() {
        _ = unsafe curl_multi_wakeup(pointer)
    }

    func add(_ handle: EasyHandle) -> Bool {
        unsafe curl_multi_add_handle(pointer, handle.pointer) == CURLM_OK
    }

    /// Takes an exchange out, finished or not.
    func remove(_ handle: EasyHandle) {
        _ = unsafe curl_multi_remove_handle(pointer, handle.pointer)
    }

    /// Moves every exchange on as far as its connection allows, calling their callbacks.
    ///
    /// - Returns: false when libcurl cannot go on at all.
    func perform() -> Bool {
        var running: Int32 = 0
        return unsafe curl_multi_perform(pointer, &running) == CURLM_OK
    }

    /// Blocks until there is something to do, somebody calls `wakeUp`, or the time has passed.
    ///
    /// - Returns: false when the kernel refuses to wait.
    func wait(milliseconds: Int32) -> Bool {
        unsafe curl_multi_poll(pointer, nil, 0, milliseconds, nil) == CURLM_OK
    }

    /// The next exchange that has ended, with libcurl's verdict. It is still part of the set.
    func nextEnded() -> (Transfer, CURLcode)? {
        var left: Int32 = 0
        while let message = unsafe curl_multi_info_read(pointer, &left) {
            guard unsafe kelos_is_done(message), let easy = unsafe message.pointee.easy_handle,
                let context = unsafe kelos_context(easy)
            else { continue }
            return unsafe (Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue(), kelos_result(message))
        }
        return nil
    }
}

/// libcurl as a whole.
enum CurlLibrary {
    static let noMemory: Int32 = 12

    /// Whether libcurl has started; done once, by whoever asks first.
    static let isReady = kelos_curl_start() == CURLE_OK

    static var version: String {
        unsafe String(cString: curl_version())
    }
}
