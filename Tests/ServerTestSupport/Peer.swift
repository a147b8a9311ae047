import Glibc
package import Platform

/// A client on a real socket, plain or TLS. Every wait has an end, so that a server that hangs fails its test.
///
/// `@unchecked Sendable`: a test uses it on one thread after the other.
package final class Peer: @unchecked Sendable {
    package enum Failure: Error, Equatable {
        case tooLate
        case reset(Int32)
        case endedEarly
        case notHTTP(String)
    }

    package let socket: StreamSocket
    package let tls: TLSPeer?
    private var received: [UInt8] = []
    private var hasEnded = false

    package init(to address: SocketAddress, tls: TLSPeer? = nil) throws {
        socket = try StreamSocket(connectingTo: address)
        self.tls = tls
        guard socket.wait(for: .writing, until: Patience.deadline()) else { throw Failure.tooLate }
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        unsafe getsockopt(socket.pollDescriptor, SOL_SOCKET, SO_ERROR, &code, &length)
        guard code == 0 else { throw Failure.reset(code) }
        guard let tls else { return }
        while true {
            try tls.handshake()
            try transmit(tls.takeOutgoing())
            if tls.isOpen { return }
            guard try receiveOnce() else { throw Failure.endedEarly }
        }
    }

    package func send(_ text: String) throws { try send(Array(text.utf8)) }

    package func send(_ bytes: [UInt8]) throws {
        guard let tls else { return try transmit(bytes) }
        try tls.write(bytes)
        try transmit(tls.takeOutgoing())
    }

    /// Bytes as they are, past TLS.
    package func transmit(_ bytes: [UInt8]) throws {
        var offset = 0
        while offset < bytes.count {
            switch socket.send(bytes, from: offset) {
            case .moved(let count): offset += count
            case .blocked:
                guard socket.wait(for: .writing, until: Patience.deadline()) else { throw Failure.tooLate }
            case .ended: throw Failure.endedEarly
            case .failed(let code): throw Failure.reset(code)
            }
        }
    }

    /// One HTTP/1.1 message with a Content-Length.
    package func readAnswer() throws -> String {
        while true {
            if let length = try answerLength(), received.count >= length {
                defer { received.removeFirst(length) }
                return String(decoding: received[0..<length], as: UTF8.self)
            }
            guard try receiveOnce() else { throw Failure.endedEarly }
        }
    }

    /// Everything up to the end that the server makes.
    package func readToEnd() throws -> String { String(decoding: try readBytesToEnd(), as: UTF8.self) }

    package func readBytesToEnd() throws -> [UInt8] {
        while try receiveOnce() {}
        defer { received = [] }
        return received
    }

    /// Whether the server has ended the connection, by a close or by a reset. Blocks until one of them comes.
    package func isCut() -> Bool {
        do {
            while try receiveOnce() {}
            return true
        } catch let failure as Failure {
            return failure != .tooLate
        } catch {
            return true
        }
    }

    /// Waits for at least `count` bytes and leaves them where they are.
    package func awaitBytes(_ count: Int) throws {
        while received.count < count {
            guard try receiveOnce() else { throw Failure.endedEarly }
        }
    }

    /// What has come and was not read yet.
    package func takeReceived() -> [UInt8] {
        defer { received = [] }
        return received
    }

    package func finishSending() { socket.finishSending() }

    /// Makes the close that comes with this object's end a reset, as when a process dies with unread bytes.
    package func vanish() {
        var option = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(
            socket.pollDescriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    /// Lets the kernel hold little for this socket, so that a peer that does not read is felt early.
    package func narrowReceiveBuffer() {
        var bytes: Int32 = 4096
        unsafe setsockopt(
            socket.pollDescriptor, SOL_SOCKET, SO_RCVBUF, &bytes, socklen_t(MemoryLayout<Int32>.size))
    }

    private func answerLength() throws -> Int? {
        let end = Array("\r\n\r\n".utf8)
        guard received.count >= end.count,
            let head = (0...(received.count - end.count)).first(where: { Array(received[$0..<$0 + 4]) == end })
        else { return nil }
        let text = String(decoding: received[0..<head], as: UTF8.self)
        if text.hasPrefix("HTTP/1.1 100") { return head + 4 }
        let field = text.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length: ") }
        guard let field, let length = Int(field.dropFirst("content-length: ".count)) else {
            throw Failure.notHTTP(text)
        }
        return head + 4 + length
    }

    /// False at the server's end.
    private func receiveOnce() throws -> Bool {
        guard !hasEnded else { return false }
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            switch socket.receive(into: &buffer) {
            case .moved(let count):
                guard let tls else {
                    received += buffer[0..<count]
                    return true
                }
                tls.feed(Array(buffer[0..<count]))
                if tls.isOpen { received += try tls.read() }
                return true
            case .blocked:
                guard socket.wait(for: .reading, until: Patience.deadline()) else { throw Failure.tooLate }
            case .ended:
                hasEnded = true
                return false
            case .failed(let code): throw Failure.reset(code)
            }
        }
    }
}
