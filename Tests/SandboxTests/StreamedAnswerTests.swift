import HTTPSemantics
import HTTPServer
import Platform
import ServerTestSupport
import Synchronization
import Testing

/// A server on loopback whose answers stay open, and a client of it.
@Suite("Open answers over real sockets")
struct StreamedAnswerTests {
    private final class Handler: RequestHandler {
        let stream: ResponseStream
        init(_ stream: ResponseStream) { self.stream = stream }
        func admit(_ head: RequestHead, contentLength: Int?, response: inout Response) -> Bool { true }
        func handle(_ head: RequestHead, body: RawSpan, response: inout Response) { response.stream = stream }
    }

    private struct Silent: ServerObserver {
        func observe(_ event: ServerEvent) {}
    }

    private static func start(_ stream: ResponseStream, writeMilliseconds: UInt64 = 15_000) throws -> HTTPServer {
        var limits = ServerLimits()
        limits.writeMilliseconds = writeMilliseconds
        let endpoint = Endpoint(address: SocketAddress(host: "127.0.0.1", port: 0), currentTLS: nil) { Handler(stream) }
        return try HTTPServer(
            endpoints: [endpoint], loops: 1, name: "test", limits: limits, observer: Silent()
        ) { _ in }
    }

    private static func request(_ server: HTTPServer) throws -> StreamSocket {
        let socket = try StreamSocket(connectingTo: server.addresses[0])
        let deadline = Patience.deadline()
        #expect(socket.wait(for: .writing, until: deadline))
        let bytes = Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        #expect(socket.send(bytes, from: 0) == .moved(bytes.count))
        return socket
    }

    /// Reads until the text ends so, or nothing more comes.
    private static func read(_ socket: StreamSocket, until end: String) -> String {
        let deadline = Patience.deadline()
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        var text = ""
        while !text.hasSuffix(end), socket.wait(for: .reading, until: deadline) {
            switch socket.receive(into: &buffer) {
            case .moved(let count): text += String(decoding: buffer[0..<count], as: UTF8.self)
            case .blocked: continue
            case .ended, .failed: return text
            }
        }
        return text
    }

    @Test("bytes from other threads arrive as they are appended")
    func arrive() async throws {
        let stream = ResponseStream()
        let server = try Self.start(stream)
        let socket = try Self.request(server)
        #expect(Self.read(socket, until: "\r\n\r\n").contains("Transfer-Encoding: chunked"))
        for number in 0..<50 {
            stream.append(Array("event \(number)\n".utf8))
            let line = "event \(number)\n"
            let chunk = "\(String(line.utf8.count, radix: 16))\r\n\(line)\r\n"
            #expect(Self.read(socket, until: chunk) == chunk)
        }
        stream.finish()
        #expect(Self.read(socket, until: "0\r\n\r\n") == "0\r\n\r\n")
        server.abort()
        await server.stop()
    }

    @Test("megabytes arrive whole although the socket takes less at once")
    func large() async throws {
        let stream = ResponseStream()
        let server = try Self.start(stream)
        let socket = try Self.request(server)
        let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
        for _ in 0..<8 { #expect(stream.append(piece)) }
        stream.finish()
        let text = Self.read(socket, until: "0\r\n\r\n")
        #expect(text.utf8.count { $0 == UInt8(ascii: "x") } == 8 << 20)
        server.abort()
        await server.stop()
    }

    @Test("the producer hears when the client goes")
    func gone() async throws {
        let ended = AsyncStream<Void>.makeStream()
        let stream = ResponseStream(onEnd: { ended.continuation.finish() })
        let server = try Self.start(stream)
        do {
            let socket = try Self.request(server)
            _ = Self.read(socket, until: "\r\n\r\n")
        }
        for await _ in ended.stream {}
        #expect(stream.isClosed)
        server.abort()
        await server.stop()
    }
}
