import Glibc
import Platform
import ServerTestSupport

/// A server over plain TCP that does what a test tells it, step by step. Its calls block: use `onOwnThread`.
final class ScriptedPeer: Sendable {
    enum Failure: Error {
        case tooLate
        case endedEarly
        case failed(Int32)
    }

    private let listener: ListeningSocket

    init() throws {
        listener = try ListeningSocket(SocketAddress(host: "127.0.0.1", port: 0))
    }

    var port: UInt16 { listener.address.port }
    var url: String { "http://127.0.0.1:\(port)" }

    func accept() throws -> PeerConnection {
        while true {
            if case .connection(let socket) = listener.accept() { return PeerConnection(socket) }
            var entry = pollfd(fd: listener.pollDescriptor, events: Int16(POLLIN), revents: 0)
            guard unsafe poll(&entry, 1, Int32(Patience.milliseconds)) == 1 else { throw Failure.tooLate }
        }
    }

    /// Accepts a connection and reads the head of its first request.
    func acceptRequest() throws -> (connection: PeerConnection, head: String) {
        let connection = try accept()
        return (connection, try connection.readHead())
    }
}

/// One connection of a scripted peer.
///
/// `@unchecked Sendable`: a test uses it on one thread after the other, and a tunnel reads it on one and writes on another.
final class PeerConnection: @unchecked Sendable {
    private let socket: StreamSocket
    private var received: [UInt8] = []

    init(_ socket: StreamSocket) { self.socket = socket }

    /// Up to and including the empty line.
    func readHead() throws -> String {
        let end = Array("\r\n\r\n".utf8)
        while true {
            if let start = received.firstRange(of: end) {
                defer { received.removeFirst(start.upperBound) }
                return String(decoding: received[..<start.upperBound], as: UTF8.self)
            }
            received += try receiveSome()
        }
    }

    func read(_ count: Int) throws -> [UInt8] {
        while received.count < count { received += try receiveSome() }
        defer { received.removeFirst(count) }
        return Array(received[..<count])
    }

    /// Whatever comes next.
    func receiveSome() throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            switch socket.receive(into: &buffer) {
            case .moved(let count): return Array(buffer[..<count])
            case .blocked:
                guard socket.wait(for: .reading, until: Patience.deadline()) else {
                    throw ScriptedPeer.Failure.tooLate
                }
            case .ended: throw ScriptedPeer.Failure.endedEarly
            case .failed(let code): throw ScriptedPeer.Failure.failed(code)
            }
        }
    }

    func write(_ text: String) throws { try write(Array(text.utf8)) }

    func write(_ bytes: [UInt8]) throws {
        let count = try write(bytes, patienceMilliseconds: Patience.milliseconds)
        guard count == bytes.count else { throw ScriptedPeer.Failure.tooLate }
    }

    /// Writes until the kernel has had no room for as long as `patienceMilliseconds`.
    ///
    /// - Returns: how many bytes it took.
    func write(_ bytes: [UInt8], patienceMilliseconds: UInt64) throws -> Int {
        var offset = 0
        while offset < bytes.count {
            switch socket.send(bytes, from: offset) {
            case .moved(let count): offset += count
            case .blocked:
                let deadline = MonotonicTime.now().advanced(milliseconds: patienceMilliseconds)
                guard socket.wait(for: .writing, until: deadline) else { return offset }
            case .ended: throw ScriptedPeer.Failure.endedEarly
            case .failed(let code): throw ScriptedPeer.Failure.failed(code)
            }
        }
        return offset
    }

    func finishSending() { socket.finishSending() }

    /// Whether the client has ended the connection. Blocks until it has.
    func isCut() -> Bool {
        do {
            while true { _ = try receiveSome() }
        } catch ScriptedPeer.Failure.tooLate {
            return false
        } catch {
            return true
        }
    }
}
