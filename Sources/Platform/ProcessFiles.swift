internal import Glibc

/// The process's own figures and limits, as the kernel keeps them.
package enum ProcessFiles {
    /// Larger than anything read here; /proc files have no length of their own.
    private static let procFileLimit = 64 * 1024

    /// The text of a file below /proc; empty when it cannot be read.
    package static func read(_ path: String) -> [UInt8] {
        (try? FileContents.read(path, limit: procFileLimit)) ?? []
    }

    /// Descriptors open now.
    package static var openCount: Int { FileContents.names(in: "/proc/self/fd").count }

    /// Raises the soft limit on open descriptors to the hard one, as Go's runtime does, and gives it.
    package static func raiseOpenLimit() -> Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
        if limit.rlim_cur < limit.rlim_max {
            var raised = limit
            raised.rlim_cur = limit.rlim_max
            if unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0 { limit = raised }
        }
        return Int(clamping: limit.rlim_cur)
    }

    /// A write to a vanished peer must be an error, not the end of the process.
    package static func ignoreBrokenPipes() {
        _ = signal(SIGPIPE, SIG_IGN)
    }

    /// Until somebody listens for it, SIGUSR1 must not do what it does by default, which is to end the process.
    package static func ignoreUserSignal() {
        _ = signal(SIGUSR1, SIG_IGN)
    }

    package static var pageBytes: Int { sysconf(Int32(_SC_PAGESIZE)) }
    package static var clockTicksPerSecond: Int { sysconf(Int32(_SC_CLK_TCK)) }
}
