internal import Glibc

/// A file descriptor with one owner: it is closed when the value ends.
struct Descriptor: ~Copyable {
    let rawValue: Int32

    /// Takes over a descriptor that a system call has just returned, or throws what errno says when that call failed.
    init(taking result: Int32, from operation: String) throws(SystemError) {
        guard result >= 0 else { throw SystemError.last(operation) }
        rawValue = result
    }

    deinit {
        // EINTR leaves the descriptor closed on Linux, so there is nothing to try again.
        _ = Glibc.close(rawValue)
    }
}
