internal import CLinux
internal import Glibc

/// The addresses that a host's name stands for, by the system's resolver.
package enum HostLookup {
    /// Nobody knows the name, or nobody who was asked answered.
    package struct Failure: Error, Equatable, CustomStringConvertible {
        package let description: String
    }

    /// On a thread of its own, because the resolver blocks.
    ///
    /// - Parameters:
    ///   - host: a DNS name, or an IP address without brackets.
    ///   - limit: addresses at most.
    package static func addresses(
        of host: String, port: UInt16, limit: Int
    ) async throws -> [SocketAddress] {
        try await withCheckedThrowingContinuation { answered in
            do {
                try SystemThread.start(name: "lookup") {
                    answered.resume(
                        with: Result {
                            try blockingLookup(host).prefix(limit).map {
                                SocketAddress(host: $0, port: port)
                            }
                        })
                }
            } catch {
                answered.resume(throwing: error)
            }
        }
    }

    private static func blockingLookup(_ host: String) throws(Failure) -> [String] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let code = unsafe getaddrinfo(host, nil, &hints, &found)
        guard code == 0, let first = unsafe found else {
            throw Failure(description: "cannot resolve the name: \(unsafe String(cString: gai_strerror(code)))")
        }
        defer { unsafe freeaddrinfo(first) }
        var addresses: [String] = []
        var next = unsafe Optional(first)
        while let entry = unsafe next {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let isNumeric = unsafe getnameinfo(
                entry.pointee.ai_addr, entry.pointee.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
            if isNumeric == 0 {
                let address = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
                if !addresses.contains(address) { addresses.append(address) }
            }
            unsafe next = entry.pointee.ai_next
        }
        return addresses
    }
}
