internal import Foundation
internal import Glibc

/// Descriptors of this process that belong to one test; others run beside it, so a plain count would say nothing.
package enum OpenDescriptors {
    /// Descriptors of the file at `path`.
    package static func count(of path: String) -> Int {
        numbers.count { (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")) == path }
    }

    /// Connected sockets whose own port is `port`: the server's ends.
    package static func connections(port: UInt16) -> Int {
        numbers.count { number in
            localPort(number) == port && hasPeer(number)
        }
    }

    private static var numbers: [Int32] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []).compactMap { Int32($0) }
    }

    private static func localPort(_ number: Int32) -> UInt16? {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe getsockname(number, $0, &length) }
        }
        guard result == 0, address.sin_family == sa_family_t(AF_INET) else { return nil }
        return UInt16(bigEndian: address.sin_port)
    }

    private static func hasPeer(_ number: Int32) -> Bool {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe getpeername(number, $0, &length) }
        } == 0
    }
}
