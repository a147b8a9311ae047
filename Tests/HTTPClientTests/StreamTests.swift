import Foundation
import HTTPClient
import HTTPTransport
import ServerTestSupport
import Testing

@Suite struct StreamTests {
    private static let head = "HTTP/1.1 200 OK\r\nx-kind: watch\r\nTransfer-Encoding: chunked\r\n\r\n"

    private static func chunk(_ text: String) -> String { "\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n" }

    /// Lends out a stream whose head has come, with the peer's end of it.
    private func withStream(
        silence: Duration? = nil, limit: Int = 64 * 1024, first: String = "", threadName: String = "test-client",
        _ body: (IncomingStream, PeerConnection) async throws -> Void
    ) async throws {
        let peer = try ScriptedPeer()
        try await HTTPClient.run {
            $0.threadName = threadName
        } _: { client in
            let request = OutgoingRequest("GET", "\(peer.url)/watch", silence: silence, responseLimit: limit)
            async let pending = client.stream(request)
            let (connection, _) = try await onOwnThread { try peer.acceptRequest() }
            try await onOwnThread { try connection.write(StreamTests.head + first) }
            try await body(try await pending, connection)
        }
    }

    @Test("Head and pieces arrive before the answer ends, and the end ends the body")
    func pieces() async throws {
        try await withStream { stream, connection in
            #expect(stream.status == 200)
            #expect(stream.fields.map(\.name) == ["x-kind", "transfer-encoding"])
            var pieces = stream.body.makeAsyncIterator()
            for text in ["one\n", "two\n", "three\n"] {
                try await onOwnThread { try connection.write(StreamTests.chunk(text)) }
                #expect(try await pieces.next() == Array(text.utf8))
            }
            try await onOwnThread { try connection.write("0\r\n\r\n") }
            #expect(try await pieces.next() == nil)
            #expect(try await pieces.next() == nil)
        }
    }

    @Test("A stream that breaks off delivers what came and then says so")
    func interrupted() async throws {
        try await withStream { stream, connection in
            var pieces = stream.body.makeAsyncIterator()
            try await onOwnThread {
                try connection.write(StreamTests.chunk("one"))
                connection.finishSending()
            }
            #expect(try await pieces.next() == Array("one".utf8))
            var rest = pieces
            #expect(await failure { try await rest.next() }?.code == .interrupted)
            pieces = rest
        }
    }

    @Test("A peer is held back while nobody reads, and nothing is lost")
    func backPressure() async throws {
        let limit = 100_000
        let block = (0..<1_000_003).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        let body = [[UInt8]](repeating: block, count: 24).flatMap { $0 }
        let size = body.count
        try await withStream(limit: limit) { stream, connection in
            let message = Array("\(String(size, radix: 16))\r\n".utf8) + body + Array("\r\n0\r\n\r\n".utf8)
            let written = try await onOwnThread { try connection.write(message, patienceMilliseconds: 800) }
            // The kernel's buffers of both sockets take a few megabytes, the client its limit.
            #expect(written < size / 2)
            async let rest: Void = onOwnThread { try connection.write(Array(message[written...])) }
            var received: [UInt8] = []
            var largest = 0
            for try await piece in stream.body {
                largest = max(largest, piece.count)
                received += piece
            }
            try await rest
            #expect(largest <= limit)
            #expect(received == body)
        }
    }

    @Test("The client's thread sleeps while a peer is held back")
    func heldBackSleeps() async throws {
        let body = [UInt8](repeating: 7, count: 24_000_000)
        try await withStream(limit: 1000, threadName: "held-back") { stream, connection in
            let message = Array("\(String(body.count, radix: 16))\r\n".utf8) + body
            let written = try await onOwnThread { try connection.write(message, patienceMilliseconds: 300) }
            let before = try processorTicks(ofThread: "held-back")
            let more = try await onOwnThread {
                try connection.write(Array(message[written...]), patienceMilliseconds: 1000)
            }
            let after = try processorTicks(ofThread: "held-back")
            // The kernel finds room for a little more by itself.
            #expect(more < 1_000_000)
            // A tick is 10 ms: a thread that spins would have used up to a hundred.
            #expect(after - before <= 5)
            var pieces = stream.body.makeAsyncIterator()
            let first = try await pieces.next()
            #expect(first?.isEmpty == false)
        }
    }

    /// User and system time, fields 14 and 15 of proc(5)'s stat.
    private func processorTicks(ofThread name: String) throws -> Int {
        for task in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task") {
            guard let stat = try? String(contentsOfFile: "/proc/self/task/\(task)/stat", encoding: .utf8),
                stat.contains("(\(name))")
            else { continue }
            let fields = stat.split(separator: ")")[1].split(separator: " ")
            return try #require(Int(fields[11])) + #require(Int(fields[12]))
        }
        throw CocoaError(.fileNoSuchFile)
    }

    @Test("A silent stream has stalled")
    func stalled() async throws {
        try await withStream(silence: .milliseconds(100), first: StreamTests.chunk("one")) { stream, connection in
            var pieces = stream.body.makeAsyncIterator()
            let first = try await pieces.next()
            #expect(first == Array("one".utf8))
            var rest = pieces
            let error = await failure { try await rest.next() }
            #expect(error?.code == .stalled)
            #expect(try await onOwnThread { connection.isCut() })
            pieces = rest
        }
    }

    @Test("Without a head in time there is no stream")
    func noHead() async throws {
        let peer = try ScriptedPeer()
        try await HTTPClient.run { client in
            let request = OutgoingRequest("GET", peer.url, timeout: .milliseconds(100))
            #expect(await failure { try await client.stream(request) }?.code == .timedOut)
        }
    }

    @Test("The deadline ends with the head: a stream may outlive it")
    func outlivesDeadline() async throws {
        let peer = try ScriptedPeer()
        try await HTTPClient.run { client in
            let request = OutgoingRequest("GET", "\(peer.url)/watch", timeout: .seconds(2))
            async let pending = client.stream(request)
            let (connection, _) = try await onOwnThread { try peer.acceptRequest() }
            try await onOwnThread { try connection.write(StreamTests.head) }
            let stream = try await pending
            // Another request that is given up later than that deadline shows that the time has passed.
            let late = OutgoingRequest("GET", peer.url, timeout: .milliseconds(2200))
            #expect(await failure { try await client.send(late) }?.code == .timedOut)
            try await onOwnThread { try connection.write(StreamTests.chunk("late") + "0\r\n\r\n") }
            var text: [UInt8] = []
            for try await piece in stream.body { text += piece }
            #expect(text == Array("late".utf8))
        }
    }

    @Test("Letting go of a stream ends its connection")
    func dropped() async throws {
        let peer = try ScriptedPeer()
        try await HTTPClient.run { client in
            func open() async throws -> PeerConnection {
                async let pending = client.stream(OutgoingRequest("GET", peer.url))
                let (connection, _) = try await onOwnThread { try peer.acceptRequest() }
                try await onOwnThread { try connection.write(StreamTests.head) }
                #expect(try await pending.status == 200)
                return connection
            }
            let connection = try await open()
            #expect(try await onOwnThread { connection.isCut() })
        }
    }

    @Test("Cancelling the reader of a stream ends its connection")
    func cancelledReader() async throws {
        try await withStream { stream, connection in
            let body = stream.body
            let reader = Task {
                await failure { for try await _ in body {} }
            }
            try await onOwnThread { try connection.write(StreamTests.chunk("one")) }
            reader.cancel()
            let code = await reader.value?.code
            #expect(code == .cancelled || code == nil)
            #expect(try await onOwnThread { connection.isCut() })
        }
    }
}
