import HTTPTransport
import Platform
import Testing

@testable import HTTPClient

@Suite struct TransferTests {
    @Test("Silence counts from the last byte, and not while the peer is held back")
    func silence() async throws {
        let mailbox = Mailbox(waking: try MultiHandle())
        let ticket = Ticket()
        let body = StreamBody(limit: 4, ticket: ticket, mailbox: mailbox)
        let answer: Result<IncomingStream, TransportError> = await withCheckedContinuation { waiting in
            do {
                let request = OutgoingRequest("GET", "https://example.test/", silence: .seconds(30))
                let order = Order(
                    ticket: ticket, request: request, destination: try Destination(request.url), tls: ClientTLS(),
                    deadline: MonotonicTime(nanoseconds: 5), delivery: .stream(waiting, body))
                let handle = try #require(EasyHandle())
                let transfer = Transfer(order, handle: handle, proxy: ProxySettings())
                #expect(transfer.nextDeadline == MonotonicTime(nanoseconds: 5))
                #expect(transfer.overdueError.code == .timedOut)
                #expect(transfer.headLine(Array("HTTP/1.1 200 OK\r\n".utf8)))
                #expect(transfer.nextDeadline == MonotonicTime(nanoseconds: 5))
                #expect(transfer.headLine(Array("\r\n".utf8)))
                #expect(transfer.overdueError.code == .stalled)
                let atHead = try #require(transfer.nextDeadline)
                #expect(transfer.bodyPiece([1, 2, 3]) == .taken)
                #expect(try #require(transfer.nextDeadline) >= atHead)
                #expect(transfer.bodyPiece([4, 5]) == .heldBack)
                #expect(transfer.nextDeadline == nil)
                transfer.resume()
                #expect(try #require(transfer.nextDeadline) >= atHead)
            } catch {
                Issue.record(error)
                waiting.resume(returning: .failure(.cancelled))
            }
        }
        #expect(try answer.get().status == 200)
    }

    @Test("A stream's reader gets all that waits at once, and the peer room again")
    func unreadPieces() async throws {
        let mailbox = Mailbox(waking: try MultiHandle())
        let ticket = Ticket()
        let body = StreamBody(limit: 4, ticket: ticket, mailbox: mailbox)
        #expect(body.offer([1, 2, 3, 4, 5]))
        #expect(!body.offer([6]))
        #expect(try await body.next() == [1, 2, 3, 4, 5])
        guard case .resume(ticket)? = mailbox.take().commands.first else {
            Issue.record("nobody was told that there is room")
            return
        }
        #expect(body.offer([6]))
        #expect(body.offer([7]))
        body.finish(.success(()))
        body.finish(.failure(.closed))
        #expect(try await body.next() == [6, 7])
        #expect(try await body.next() == nil)
        #expect(mailbox.take().commands.isEmpty)
    }

    @Test("Times are rounded up to milliseconds and bounded")
    func durations() {
        #expect(Duration.zero.milliseconds == 1)
        #expect(Duration.seconds(-5).milliseconds == 1)
        #expect(Duration.microseconds(1500).milliseconds == 2)
        #expect(Duration.seconds(10).milliseconds == 10_000)
        #expect(Duration.seconds(Int64.max).milliseconds == 365 * 24 * 3600 * 1000)
    }
}
