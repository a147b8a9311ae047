internal import Glibc

/// A system call that failed: which one, and errno as it was right after the call.
package struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
    package let operation: String
    package let code: Int32

    package init(_ operation: String, code: Int32) {
        self.operation = operation
        self.code = code
    }

    /// The error that the last system call of this thread left behind.
    static func last(_ operation: String) -> SystemError {
        SystemError(operation, code: errno)
    }

    /// The kernel's sentence for the code, such as "Address already in use".
    package var reason: String {
        var buffer = [CChar](repeating: 0, count: 128)
        guard unsafe strerror_r(code, &buffer, buffer.count) == 0 else { return "errno \(code)" }
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    package var description: String { "\(operation): \(reason)" }

    package var isAddressInUse: Bool { code == EADDRINUSE }
    /// Nobody listens on the port that was connected to.
    package var isConnectionRefused: Bool { code == ECONNREFUSED }
    package var isMissingFile: Bool { code == ENOENT || code == ENOTDIR }
}
