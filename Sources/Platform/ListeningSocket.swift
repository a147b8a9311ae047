internal import CLinux
internal import Glibc

/// A bound and listening TCP socket. Several may share a port (SO_REUSEPORT): one for each event loop, and those of a
/// successor process during a restart.
package final class ListeningSocket: Pollable, Sendable {
    /// Connections the kernel completes ahead of `accept`; the kernel lowers it to net.core.somaxconn.
    private static let backlog: Int32 = 1024

    private let descriptor: Descriptor
    package let address: SocketAddress

    /// Binds and listens. Port 0 takes a free port, which `address` then names; without a host both IPv6 and IPv4 are
    /// served, or IPv4 alone where the kernel has no IPv6.
    package init(_ requested: SocketAddress) throws(SystemError) {
        let opened = try ListeningSocket.openPreferringIPv6(requested)
        address = opened.address
        descriptor = opened.descriptor
    }

    package var pollDescriptor: Int32 { descriptor.rawValue }

    /// Leaves the port at once, whoever still holds this object. Connections that were not accepted are reset.
    package func stopListening() {
        _ = Glibc.shutdown(descriptor.rawValue, Int32(SHUT_RDWR))
    }

    package enum Accepted {
        case connection(StreamSocket)
        /// Nobody is waiting.
        case none
        /// The process or the machine is out of descriptors or memory, a firewall forbids it, or the socket has stopped
        /// listening: accepting again at once would spin.
        case exhausted
    }

    package func accept() -> Accepted {
        while true {
            let result = kelos_accept(descriptor.rawValue)
            if result >= 0 { return .connection(StreamSocket(taking: result)) }
            switch errno {
            case EAGAIN, EWOULDBLOCK: return .none
            // The peer gave up, or a network error of its own, which accept(2) says to treat like EAGAIN. Each of them
            // took a connection off the queue, so this ends.
            case EINTR, ECONNABORTED, EPROTO, ENOPROTOOPT, ENETDOWN, ENETUNREACH, EHOSTDOWN, EHOSTUNREACH, ENONET:
                continue
            default: return .exhausted
            }
        }
    }

    private struct Opened: ~Copyable {
        let descriptor: Descriptor
        let address: SocketAddress
    }

    private static func openPreferringIPv6(_ requested: SocketAddress) throws(SystemError) -> Opened {
        do {
            return try open(requested)
        } catch {
            guard requested.host == nil, error.code == EAFNOSUPPORT || error.code == EADDRNOTAVAIL else { throw error }
            return try open(SocketAddress(host: "0.0.0.0", port: requested.port))
        }
    }

    private static func open(_ requested: SocketAddress) throws(SystemError) -> Opened {
        let family = try unsafe requested.withSocketAddress { _, _, family in family }
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = try Descriptor(taking: Glibc.socket(family, type, 0), from: "socket")
        try set(descriptor, SOL_SOCKET, SO_REUSEADDR, to: 1)
        try set(descriptor, SOL_SOCKET, SO_REUSEPORT, to: 1)
        if requested.host == nil, family == AF_INET6 {
            // Whatever net.ipv6.bindv6only says: without a host, IPv4 is served as well.
            try set(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, to: 0)
        }
        let bound = try unsafe requested.withSocketAddress { address, length, _ in
            unsafe Glibc.bind(descriptor.rawValue, address, length)
        }
        guard bound == 0 else { throw SystemError.last("bind \(requested)") }
        guard Glibc.listen(descriptor.rawValue, backlog) == 0 else { throw SystemError.last("listen \(requested)") }
        let address = SocketAddress(host: requested.host, port: port(of: descriptor) ?? requested.port)
        return Opened(descriptor: descriptor, address: address)
    }

    private static func set(
        _ descriptor: borrowing Descriptor, _ level: Int32, _ option: Int32, to value: Int32
    ) throws(SystemError) {
        var value = value
        guard
            unsafe setsockopt(descriptor.rawValue, level, option, &value, socklen_t(MemoryLayout<Int32>.size)) == 0
        else { throw SystemError.last("setsockopt") }
    }

    private static func port(of descriptor: borrowing Descriptor) -> UInt16? {
        var storage = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let fd = descriptor.rawValue
        let result = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe getsockname(fd, $0, &length) }
        }
        // sin_port and sin6_port lie at the same offset.
        return result == 0 ? UInt16(bigEndian: storage.sin6_port) : nil
    }
}
