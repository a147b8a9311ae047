internal import Glibc

/// The end of the process without exit handlers.
package enum ProcessExit {
    /// Ends the process at once: for a second signal, and where going on would serve nobody.
    package static func now(code: Int32) -> Never {
        _exit(code)
    }

    /// Ends the process when what was printed is out, and without exit handlers: threads may still run.
    package static func afterFlushing(code: Int32) -> Never {
        fflush(nil)
        _exit(code)
    }
}
