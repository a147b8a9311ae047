import Foundation
import HTTPClient
import HTTPTransport
import ServerTestSupport
import Testing

@Suite struct LifetimeTests {
    @Test("Cancelling a task ends its request and frees the connection")
    func cancellation() async throws {
        let peer = try ScriptedPeer()
        try await HTTPClient.run { client in
            let task = Task { await failure { try await client.send(OutgoingRequest("GET", peer.url)) } }
            let (connection, _) = try await onOwnThread { try peer.acceptRequest() }
            task.cancel()
            #expect(await task.value?.code == .cancelled)
            #expect(try await onOwnThread { connection.isCut() })
        }
    }

    @Test("A task that is cancelled already sends nothing")
    func cancelledBefore() async throws {
        let peer = try ScriptedPeer()
        try await HTTPClient.run { client in
            let task = Task {
                while !Task.isCancelled { await Task.yield() }
                return await failure { try await client.send(OutgoingRequest("GET", peer.url)) }
            }
            task.cancel()
            #expect(await task.value?.code == .cancelled)
        }
    }

    @Test("Shutdown fails what is pending, refuses what comes later and closes connections")
    func shutdown() async throws {
        let peer = try ScriptedPeer()
        let client = try HTTPClient()
        async let first = failure { try await client.send(OutgoingRequest("GET", "\(peer.url)/first")) }
        let (whole, _) = try await onOwnThread { try peer.acceptRequest() }
        async let second = client.stream(OutgoingRequest("GET", "\(peer.url)/second"))
        let (streamed, _) = try await onOwnThread { try peer.acceptRequest() }
        try await onOwnThread { try streamed.write("HTTP/1.1 200 OK\r\n\r\n") }
        let stream = try await second
        await client.shutdown()
        #expect(await first?.code == .closed)
        #expect(await failure { for try await _ in stream.body {} }?.code == .closed)
        #expect(try await onOwnThread { whole.isCut() && streamed.isCut() })
        #expect(await failure { try await client.send(OutgoingRequest("GET", peer.url)) }?.code == .closed)
        #expect(await failure { try await client.stream(OutgoingRequest("GET", peer.url)) }?.code == .closed)
        await client.shutdown()
    }

    @Test("Child processes do not inherit a connection")
    func inheritance() async throws {
        let peer = try ScriptedPeer()
        try await HTTPClient.run { client in
            async let pending = client.send(OutgoingRequest("GET", peer.url))
            let (connection, _) = try await onOwnThread { try peer.acceptRequest() }
            let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap(
                Int32.init)
            let own = descriptors.filter { peerPort(of: $0) == peer.port }
            #expect(own.count == 1)
            #expect(own.allSatisfy { fcntl($0, F_GETFD) & FD_CLOEXEC != 0 })
            try await onOwnThread { try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") }
            #expect(try await pending.status == 200)
        }
    }

    private func peerPort(of descriptor: Int32) -> UInt16? {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getpeername(descriptor, $0, &length)
            }
        }
        return result == 0 ? UInt16(bigEndian: address.sin_port) : nil
    }

    @Test("Two hundred clients one after the other leave no descriptor and no thread behind")
    func noLeak() async throws {
        // In a process of its own: tests beside this one open descriptors too.
        await #expect(processExitsWith: .success) {
            func entries(_ folder: String) throws -> Int {
                try FileManager.default.contentsOfDirectory(atPath: "/proc/self/\(folder)").count
            }
            try await TestServer.run { server in
                func exchange() async throws {
                    try await HTTPClient.run { client in
                        let answer = try await client.send(OutgoingRequest("GET", server.url))
                        let stream = try await client.stream(OutgoingRequest("GET", "\(server.url)/dropped"))
                        guard answer.status == 200, stream.status == 200 else { exit(2) }
                    }
                }
                for _ in 0..<5 { try await exchange() }
                let (descriptors, threads) = (try entries("fd"), try entries("task"))
                for _ in 0..<200 { try await exchange() }
                // The server's own ends of the last connections, and the last thread, may be a moment from closing.
                guard try entries("fd") <= descriptors + 4, try entries("task") <= threads + 4 else { exit(3) }
            }
        }
    }
}
