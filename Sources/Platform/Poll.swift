internal import CLinux
internal import Glibc

/// Readiness of many descriptors, by epoll, level-triggered.
///
/// Used by one thread only, the event loop's.
@safe package final class Poll {
    package struct Interest: OptionSet, Sendable {
        package let rawValue: UInt32
        package init(rawValue: UInt32) { self.rawValue = rawValue }

        package static let read = Interest(rawValue: EPOLLIN.rawValue | EPOLLRDHUP.rawValue)
        package static let write = Interest(rawValue: EPOLLOUT.rawValue)
    }

    package struct Event: Sendable {
        package let token: UInt64
        package let isReadable: Bool
        package let isWritable: Bool
        /// The kernel reports an error or that both directions are closed.
        package let isBroken: Bool
    }

    /// Events taken from the kernel at a time: enough for a burst, small enough to stay fair between connections.
    private static let batch = 64

    private let descriptor: Descriptor
    private var ready = unsafe [epoll_event](repeating: epoll_event(), count: Poll.batch)
    private var readyCount = 0

    package init() throws(SystemError) {
        descriptor = try Descriptor(taking: epoll_create1(Int32(EPOLL_CLOEXEC)), from: "epoll_create1")
    }

    package func add(_ fd: borrowing some Pollable & ~Copyable, _ interest: Interest, token: UInt64) throws(SystemError)
    {
        try control(EPOLL_CTL_ADD, fd.pollDescriptor, interest, token)
    }

    package func change(
        _ fd: borrowing some Pollable & ~Copyable, _ interest: Interest, token: UInt64
    ) throws(SystemError) {
        try control(EPOLL_CTL_MOD, fd.pollDescriptor, interest, token)
    }

    package func remove(_ fd: borrowing some Pollable & ~Copyable) {
        // Fails only for a descriptor that is not registered, which is what the caller wants.
        _ = epoll_ctl(descriptor.rawValue, EPOLL_CTL_DEL, fd.pollDescriptor, nil)
    }

    /// Waits for events; `milliseconds` below zero waits without end.
    ///
    /// - Returns: how many events `event(at:)` now gives; zero when time ran out or a signal came.
    package func wait(milliseconds: Int32) throws(SystemError) -> Int {
        let count = unsafe epoll_wait(descriptor.rawValue, &ready, Int32(Poll.batch), milliseconds)
        if count < 0 {
            let error = SystemError.last("epoll_wait")
            guard error.code == EINTR else { throw error }
            readyCount = 0
            return 0
        }
        readyCount = Int(count)
        return readyCount
    }

    package func event(at index: Int) -> Event {
        precondition(index < readyCount, "event(at:) past the last wait's count")
        let flags = unsafe kelos_epoll_events(&ready[index])
        return Event(
            token: unsafe kelos_epoll_token(&ready[index]),
            isReadable: flags & (EPOLLIN.rawValue | EPOLLRDHUP.rawValue) != 0,
            isWritable: flags & EPOLLOUT.rawValue != 0,
            isBroken: flags & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0)
    }

    private func control(
        _ operation: Int32, _ fd: Int32, _ interest: Interest, _ token: UInt64
    ) throws(SystemError) {
        var event = unsafe kelos_epoll_event(interest.rawValue, token)
        guard unsafe epoll_ctl(descriptor.rawValue, operation, fd, &event) == 0 else {
            throw SystemError.last("epoll_ctl")
        }
    }
}

/// What a `Poll` can watch. The descriptor stays its owner's.
package protocol Pollable: ~Copyable {
    var pollDescriptor: Int32 { get }
}
