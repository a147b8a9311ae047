internal import Glibc

/// The end of the process without any cleaning up.
package enum ProcessExit {
    /// Ends the process at once: for a second signal, and where going on would serve nobody.
    package static func now(code: Int32) -> Never {
        _exit(code)
    }
}
