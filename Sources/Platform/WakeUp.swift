internal import CLinux
internal import Glibc

/// Wakes an event loop from another thread, by eventfd.
package final class WakeUp: Pollable, Sendable {
    private let descriptor: Descriptor

    package init() throws(SystemError) {
        descriptor = try Descriptor(
            taking: eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC)), from: "eventfd")
    }

    package var pollDescriptor: Int32 { descriptor.rawValue }

    /// Makes the descriptor readable. Safe on any thread, and in any number: the loop wakes at least once.
    package func signal() {
        var one: UInt64 = 1
        // Fails only when the counter is full, and then the loop is about to wake anyway.
        _ = unsafe write(descriptor.rawValue, &one, MemoryLayout<UInt64>.size)
    }

    /// Blocks until somebody signals.
    ///
    /// - Returns: false when `milliseconds` passed first.
    package func wait(milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&entry, 1, milliseconds) == 1
    }

    /// Makes the descriptor quiet again.
    package func acknowledge() {
        var count: UInt64 = 0
        _ = unsafe read(descriptor.rawValue, &count, MemoryLayout<UInt64>.size)
    }
}
