/// Work that only the leading replica does, beside the refreshing of tokens.
package protocol LeaderDuty: Sendable {
    /// Works until the task is cancelled, which is when the Lease is lost or given back.
    func work() async
}
