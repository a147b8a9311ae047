internal import GitHubApps
internal import HTTPTransport
internal import TokenRefresh

/// Asks the GitHubs for the time where this machine's own clocks may be wrong: at first, and whenever the wall clock has
/// moved against the monotonic one. Then the wall clock was set, or the machine has slept; the servers know which.
struct Timekeeper: Sendable {
    let time: GitHubTime
    let roster: Roster
    let gitHub: any HTTPTransport
    let standard: GitHubAPI
    let agent: String

    /// Before anything is decided. A server that does not answer soon is not waited for.
    func begin() async {
        await ask(standard)
    }

    /// What there is to ask about, if anything. No decision waits for the answer: until it comes, expiries are compared
    /// with what the servers said before.
    func doubt() -> GitHubTime.Doubt? { time.doubt() }

    func settle(_ doubt: GitHubTime.Doubt) async {
        switch doubt {
        case .unheard: await ask(standard)
        case .stepped(let step):
            await withDiscardingTaskGroup { group in
                for api in time.servers {
                    group.addTask {
                        if await ask(api) || Task.isCancelled { return }
                        time.advance(by: step, at: api)
                        await roster.replan()
                    }
                }
            }
        }
    }

    /// - Returns: whether there was an answer.
    @discardableResult
    private func ask(_ api: GitHubAPI) async -> Bool {
        guard let now = await ServerTime.ask(api, by: gitHub, agent: agent) else { return false }
        if time.learn(now, from: api) { await roster.replan() }
        return true
    }
}
