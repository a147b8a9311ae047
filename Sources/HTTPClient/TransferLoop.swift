internal import CCurl
internal import Glibc
internal import HTTPTransport
internal import Platform

/// The client's thread: the one place that touches libcurl.
final class TransferLoop {
    /// How long the thread sleeps when nothing has a deadline.
    private static let idleMilliseconds: Int32 = 3_600_000

    private let multi: MultiHandle
    private let mailbox: Mailbox
    private let settings: HTTPClientSettings
    private var transfers: [Ticket: Transfer] = [:]

    init(_ multi: MultiHandle, _ mailbox: Mailbox, _ settings: HTTPClientSettings) {
        self.multi = multi
        self.mailbox = mailbox
        self.settings = settings
    }

    /// Runs until the mailbox is closed, then fails what is left.
    func run() {
        blockPipeSignal()
        repeat {
            let batch = mailbox.take()
            for command in batch.commands { obey(command) }
            if batch.isClosed { break }
        } while turn()
        for command in mailbox.abandon().commands { obey(command) }
        for transfer in Array(transfers.values) { giveUp(transfer, .closed) }
    }

    /// - Returns: false when libcurl cannot go on.
    private func turn() -> Bool {
        guard multi.perform() else { return false }
        while let (transfer, code) = multi.nextEnded() {
            forget(transfer)
            transfer.end(code)
        }
        let now = MonotonicTime.now()
        for transfer in Array(transfers.values) {
            if let deadline = transfer.nextDeadline, deadline <= now { expire(transfer) }
        }
        let next = transfers.values.lazy.compactMap(\.nextDeadline).min()
        return multi.wait(milliseconds: next.map { now.milliseconds(until: $0) } ?? TransferLoop.idleMilliseconds)
    }

    private func obey(_ command: Mailbox.Command) {
        switch command {
        case .begin(let order): begin(order)
        case .cancel(let ticket):
            if let transfer = transfers[ticket] { giveUp(transfer, .cancelled) }
        case .resume(let ticket): transfers[ticket]?.resume()
        }
    }

    private func begin(_ order: Order) {
        guard !order.ticket.isCancelled else { return order.delivery.fail(.cancelled) }
        guard let handle = EasyHandle() else { return order.delivery.fail(.noMemory) }
        handle.configure(order, settings)
        let transfer = Transfer(order, handle: handle, proxy: settings.proxy)
        handle.setReceiver(transfer)
        guard handle.isConfigured else {
            return order.delivery.fail(
                TransportError(.invalidRequest, "\(order.destination.name): libcurl cannot send such a request"))
        }
        guard multi.add(handle) else { return order.delivery.fail(.noMemory) }
        transfers[order.ticket] = transfer
    }

    private func expire(_ transfer: Transfer) {
        // A server that does not answer in time is not asked again over the same connection, unless others still use it.
        transfer.handle.set(CURLOPT_FORBID_REUSE, 1)
        giveUp(transfer, transfer.overdueError)
    }

    private func giveUp(_ transfer: Transfer, _ error: TransportError) {
        forget(transfer)
        transfer.fail(error)
    }

    private func forget(_ transfer: Transfer) {
        multi.remove(transfer.handle)
        transfers[transfer.ticket] = nil
    }

    /// A peer that is gone must be an error of its exchange, not the end of the process, whichever library writes.
    private func blockPipeSignal() {
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe sigaddset(&signals, SIGPIPE)
        unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
    }
}
