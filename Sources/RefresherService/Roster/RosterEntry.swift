internal import GitHubApps
internal import Kubernetes
internal import TokenRefresh

/// A Secret that is cared for.
struct RosterEntry {
    enum Stage {
        /// Waits for its time, in the schedule.
        case resting
        /// Has something to do and waits for its turn.
        case ready([RefreshAction])
        /// Somebody works on it.
        case working
        /// Waits for leave to mint.
        case queued(MintOrder)
    }

    var machine: SecretRefresh
    var stage: Stage
    /// Tells this state of things from an earlier one: an answer to what was asked before is of no use.
    var serial: Int
    var uid: String
    var controller: ObjectMetadata.Owner?
    /// Whose clock its expiry is by.
    private(set) var api: GitHubAPI
    /// That clock less ours that only runs forward, as the machine takes it to be.
    private(set) var clockOffset: Duration
    var plan: MintPlan?
    /// When its turn came, or will.
    var dueAt = Duration.zero
    /// Of the token that a new one is to replace.
    var replacedExpiry: Timestamp?
    /// It is not known whether there is a token in it.
    var isUnproven: Bool
    /// In a dry run, the version that was reported.
    var reportedVersion: String?

    init(
        _ machine: SecretRefresh, serial: Int, uid: String, controller: ObjectMetadata.Owner?, api: GitHubAPI,
        clockOffset: Duration, isUnproven: Bool
    ) {
        self.machine = machine
        self.stage = .resting
        self.serial = serial
        self.uid = uid
        self.controller = controller
        self.api = api
        self.clockOffset = clockOffset
        self.isUnproven = isUnproven
    }

    var source: String { machine.secret.configuration.appSecret }

    /// What its machine takes for the time.
    func time(at now: Duration) -> Timestamp { Timestamp(milliseconds: (clockOffset + now).wholeMilliseconds) }

    /// Goes by a server's clock from now on, or by what that has turned out to be.
    mutating func follow(_ api: GitHubAPI, offset: Duration) {
        machine.clockMoved(by: offset - clockOffset)
        self.api = api
        clockOffset = offset
    }
}

/// A Secret that may be adopted.
struct CandidateEntry {
    let candidate: AdoptionCandidate
    let owner: KelosOwner
    var serial: Int
    /// The App's Secret that it waits for.
    var source: ObjectKey?
    var dueAt = Duration.zero
    var isReported = false
}

/// Proves that an answer is for what was asked.
struct Ticket: Sendable, Equatable {
    let key: ObjectKey
    let serial: Int
}

/// A mint that may begin as soon as the App's limits allow.
struct MintOrder: Sendable {
    let plan: MintPlan
    let appKey: AppKey

    var account: MintAccount { MintAccount(app: "\(appKey.credentials.appID)", api: plan.api.url) }
}

/// Something to be done for one Secret.
struct Job: Sendable {
    enum Work: Sendable {
        case act([RefreshAction])
        case mint(MintOrder)
        /// Read whether it holds a token.
        case prove
        case judge(AdoptionCandidate, KelosOwner)
    }

    let ticket: Ticket
    let work: Work
    let startedAt: Duration
}
