package import HTTPTransport
package import Platform
internal import Synchronization

/// Sends requests by libcurl, on a thread of its own.
///
/// Requests to one server share a connection: HTTP/2 where the server speaks it, idle HTTP/1.1 connections otherwise.
/// Streams have a connection each. End it with `shutdown`; dropping it does the same without waiting.
package final class HTTPClient: HTTPTransport {
    private let mailbox: Mailbox
    private let ended = Completion()
    private let tls: Mutex<ClientTLS>

    /// - Throws: `SystemError` when the thread cannot be started.
    package init(_ settings: HTTPClientSettings = HTTPClientSettings()) throws(SystemError) {
        let multi = try MultiHandle()
        let mailbox = Mailbox(waking: multi)
        self.mailbox = mailbox
        tls = Mutex(settings.tls)
        let ended = ended
        // The thread must own the handle alone when it ends, so it gets its reference out of this function's hands.
        let handover = Mutex<MultiHandle?>(multi)
        try SystemThread.start(name: settings.threadName) {
            if let multi = handover.withLock({ $0.take() }) { TransferLoop(multi, mailbox, settings).run() }
            ended.arrive()
        }
    }

    deinit { mailbox.close() }

    /// libcurl's name and version and those of its libraries, as they report themselves at run time.
    package static var libraryVersion: String { CurlLibrary.version }

    /// Replaces certificates and authorities for the requests to come; they will not share older connections.
    package func use(_ replacement: ClientTLS) {
        tls.withLock { $0 = replacement }
    }

    package func send(_ request: OutgoingRequest) async throws(TransportError) -> IncomingResponse {
        try await exchange(request) { waiting, _ in .whole(waiting) }
    }

    package func stream(_ request: OutgoingRequest) async throws(TransportError) -> IncomingStream {
        let mailbox = mailbox
        return try await exchange(request) { waiting, ticket in
            .stream(waiting, StreamBody(limit: request.responseLimit, ticket: ticket, mailbox: mailbox))
        }
    }

    /// Fails every request with `.closed`, closes every connection and returns when the thread is done. Later requests
    /// fail with `.closed` too.
    package func shutdown() async {
        mailbox.close()
        await ended.wait()
    }

    private func exchange<Answer: Sendable>(
        _ request: OutgoingRequest, _ delivery: (Order.Waiting<Answer>, Ticket) -> Order.Delivery
    ) async throws(TransportError) -> Answer {
        let deadline = MonotonicTime.now().advanced(milliseconds: request.timeout.milliseconds)
        let destination = try Destination(request.url)
        try RequestRules.check(request)
        let certificates = tls.withLock { $0 }
        let ticket = Ticket()
        return try await withTaskCancellationHandler {
            await withCheckedContinuation { (waiting: Order.Waiting<Answer>) in
                let order = Order(
                    ticket: ticket, request: request, destination: destination, tls: certificates,
                    deadline: deadline, delivery: delivery(waiting, ticket))
                if !mailbox.post(.begin(order)) { order.delivery.fail(.closed) }
            }
        } onCancel: {
            ticket.cancel()
            mailbox.post(.cancel(ticket))
        }.get()
    }
}
