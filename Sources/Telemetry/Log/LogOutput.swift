package import Settings

/// Where log lines go and how they look. The sink and the clock are the caller's, since nothing here does I/O.
package struct LogOutput: Sendable {
    package let encoding: LogEncoding
    package let timeEncoding: LogTimeEncoding
    /// Reads the wall clock.
    package let now: @Sendable () -> LogTime
    /// Takes one whole line, its newline included, in one call. Called on any thread, several at once.
    package let write: @Sendable ([UInt8]) -> Void

    package init(
        encoding: LogEncoding = .json, timeEncoding: LogTimeEncoding = .rfc3339, now: @escaping @Sendable () -> LogTime,
        write: @escaping @Sendable ([UInt8]) -> Void
    ) {
        self.encoding = encoding
        self.timeEncoding = timeEncoding
        self.now = now
        self.write = write
    }
}
