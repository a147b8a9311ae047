internal import CLinux
internal import Glibc

/// A connected, non-blocking TCP socket.
package final class StreamSocket: Pollable {
    private let descriptor: Int32

    /// What a read or a write came to.
    package enum Transfer: Equatable {
        case moved(Int)
        /// The kernel has nothing, or no room; wait for readiness.
        case blocked
        /// The peer has closed its sending side (reads only).
        case ended
        /// The connection is gone, for the reason errno gives.
        case failed(Int32)
    }

    init(taking descriptor: Int32) {
        self.descriptor = descriptor
        // A review's answer is one small write; Nagle's algorithm would hold it back behind an unacknowledged one.
        var on: Int32 = 1
        unsafe setsockopt(
            descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { _ = Glibc.close(descriptor) }

    package var pollDescriptor: Int32 { descriptor }

    /// Starts to connect; the socket turns writable when that is done.
    package init(connectingTo address: SocketAddress) throws(SystemError) {
        let family = try unsafe address.withSocketAddress { _, _, family in family }
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let fd = Glibc.socket(family, type, 0)
        guard fd >= 0 else { throw SystemError.last("socket") }
        descriptor = fd
        let result = try unsafe address.withSocketAddress { pointer, length, _ in
            unsafe Glibc.connect(fd, pointer, length)
        }
        guard result == 0 || errno == EINPROGRESS else { throw SystemError.last("connect \(address)") }
    }

    /// Reads into the front of `buffer`.
    package func receive(into buffer: inout [UInt8]) -> Transfer {
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
            if count > 0 { return .moved(count) }
            if count == 0 { return .ended }
            switch errno {
            case EINTR: continue
            case EAGAIN, EWOULDBLOCK: return .blocked
            default: return .failed(errno)
            }
        }
    }

    /// Writes `bytes` from `offset` on, as far as the kernel takes them. A vanished peer is `.failed`, never SIGPIPE.
    package func send(_ bytes: [UInt8], from offset: Int) -> Transfer {
        while true {
            let count = unsafe bytes.withUnsafeBytes {
                let rest = unsafe UnsafeRawBufferPointer(rebasing: $0[offset...])
                return unsafe Glibc.send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
            }
            if count >= 0 { return .moved(count) }
            switch errno {
            case EINTR: continue
            case EAGAIN, EWOULDBLOCK: return .blocked
            default: return .failed(errno)
            }
        }
    }

    /// Ends the sending side (FIN); the peer reads what is under way and then the end.
    package func finishSending() {
        _ = shutdown(descriptor, Int32(SHUT_WR))
    }

    package enum Direction: Sendable {
        case reading
        case writing
    }

    /// Blocks until the socket is ready. For probes on threads of their own, never on an event loop.
    ///
    /// - Returns: false when `deadline` came first.
    package func wait(for direction: Direction, until deadline: MonotonicTime) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(direction == .writing ? POLLOUT : POLLIN), revents: 0)
        return unsafe poll(&entry, 1, MonotonicTime.now().milliseconds(until: deadline)) == 1
    }
}
