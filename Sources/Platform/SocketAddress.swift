internal import CLinux
internal import Glibc

/// An IP address and a TCP port to listen on or to connect to.
package struct SocketAddress: Equatable, Sendable, CustomStringConvertible {
    /// The address in its text form without brackets; nil stands for every address of the machine.
    package let host: String?
    package let port: UInt16

    package init(host: String?, port: UInt16) {
        self.host = host
        self.port = port
    }

    package var description: String {
        guard let host else { return ":\(port)" }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// Where to reach a listener of this address from the same machine.
    package var loopback: SocketAddress {
        switch host {
        case nil, "0.0.0.0": SocketAddress(host: "127.0.0.1", port: port)
        case "::": SocketAddress(host: "::1", port: port)
        default: self
        }
    }

    /// Calls `body` with the address in the kernel's form.
    func withSocketAddress<R>(
        _ body: (UnsafePointer<sockaddr>, socklen_t, Int32) -> R
    ) throws(SystemError) -> R {
        var v4 = sockaddr_in()
        if unsafe inet_pton(AF_INET, host ?? "", &v4.sin_addr) == 1 {
            v4.sin_family = sa_family_t(AF_INET)
            v4.sin_port = port.bigEndian
            return unsafe withUnsafePointer(to: &v4) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size), AF_INET)
                }
            }
        }
        var v6 = sockaddr_in6()
        v6.sin6_family = sa_family_t(AF_INET6)
        v6.sin6_port = port.bigEndian
        if let host, unsafe inet_pton(AF_INET6, host, &v6.sin6_addr) != 1 {
            throw SystemError("\"\(host)\" is not an IP address", code: EINVAL)
        }
        return unsafe withUnsafePointer(to: &v6) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_in6>.size), AF_INET6)
            }
        }
    }
}
