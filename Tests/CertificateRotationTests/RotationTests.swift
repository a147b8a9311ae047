import Testing

@testable import CertificateRotation

@Suite("The next step")
struct RotationTests {
    private static let hour: Int64 = 3600
    private static let now: Int64 = 1_800_000_000
    private static let names: Set = ["webhook.system.svc"]
    private static let settled = Duration.seconds(120)

    /// An authority for thirty hours, a leaf for nine.
    private static func rotation() throws -> Rotation {
        Rotation(
            try RotationPolicy(
                authorityLifetime: .seconds(30 * 3600), leafLifetime: .seconds(9 * 3600), settleTime: settled))
    }

    private static func certificate(_ name: String, from: Int64 = -1, to: Int64) -> CertificateFacts {
        CertificateFacts(fingerprint: name, validity: now + from * hour...now + to * hour)
    }

    private static let old = certificate("old", to: 29)
    private static let new = certificate("new", to: 29)

    /// All is well, unless told otherwise.
    private static func seen(
        at time: Duration = .zero, now: Int64 = now, names: Set<String> = names,
        bundles: [[CertificateFacts]] = [[old], [old]],
        replicas: [ReplicaView] = [.serves(fingerprint: "leaf", isTrusted: true)],
        leaf: StoredLeaf? = StoredLeaf(certificate: certificate("leaf", to: 8), names: names, signer: "old"),
        authorities: StoredAuthorities = StoredAuthorities(current: old)
    ) -> RotationObservation {
        RotationObservation(
            time: time, now: now, names: names, bundles: bundles, replicas: replicas, leaf: leaf,
            authorities: authorities)
    }

    private static func leaf(
        _ from: Int64, _ to: Int64, names: Set<String> = names, signer: String? = "old"
    ) -> StoredLeaf {
        StoredLeaf(certificate: certificate("leaf", from: from, to: to), names: names, signer: signer)
    }

    private static func issue(_ validity: ClosedRange<Int64>, _ defect: LeafDefect) -> RotationStep {
        .act(.issueLeaf(validity: validity, because: defect))
    }

    private static let fullLeaf = now - 300...now + 9 * hour - 300
    private static let fullAuthority = now - 300...now + 30 * hour - 300

    @Test("is none while no webhook has an address")
    func nothingToServe() throws {
        var rotation = try Self.rotation()
        #expect(rotation.next(Self.seen(bundles: [])) == .wait(.seconds(60), .webhooks))
        #expect(rotation.next(Self.seen(names: [])) == .wait(.seconds(60), .webhooks))
    }

    @Test("is a wait for the renewal where all is well, a minute at most")
    func well() throws {
        var rotation = try Self.rotation()
        #expect(rotation.next(Self.seen()) == .wait(.seconds(60), .renewal))
        let soon = Self.certificate("leaf", to: 8).renewal - 20
        #expect(rotation.next(Self.seen(now: soon)) == .wait(.seconds(20), .renewal))
    }

    @Test("is everything in turn for a webhook that has nothing yet, without a wait")
    func bootstrap() throws {
        var rotation = try Self.rotation()
        var seen = Self.seen(bundles: [[], []], replicas: [.silent], leaf: nil, authorities: StoredAuthorities())
        #expect(rotation.next(seen) == .act(.replaceAuthority(validity: Self.fullAuthority)))
        seen.authorities.current = Self.new
        #expect(rotation.next(seen) == .act(.writeBundles([["new"], ["new"]])))
        seen.bundles = [[Self.new], [Self.new]]
        #expect(rotation.next(seen) == Self.issue(Self.fullLeaf, .missing))
    }

    @Test("keeps a replica that cannot be asked, and one that is trusted, from a leaf that nobody knows yet")
    func noBootstrap() throws {
        for replica in [ReplicaView.unknown, .serves(fingerprint: "other", isTrusted: true)] {
            var rotation = try Self.rotation()
            var seen = Self.seen(replicas: [.silent, replica], leaf: nil)
            #expect(rotation.next(seen) == .wait(.seconds(5), .apiServers))
            seen.time = Self.settled
            #expect(rotation.next(seen) == Self.issue(Self.fullLeaf, .missing))
        }
    }

    @Test("puts the authority into the entries that lack it, and counts the settle time from the last of them")
    func entries() throws {
        var rotation = try Self.rotation()
        var seen = Self.seen(leaf: nil)
        _ = rotation.next(seen)
        seen.time = .seconds(119)
        seen.bundles = [[Self.old], [Self.old], []]
        #expect(rotation.next(seen) == .act(.writeBundles([nil, nil, ["old"]])))
        seen.time = .seconds(121)
        seen.bundles[2] = [Self.old]
        #expect(rotation.next(seen) == .wait(.seconds(5), .apiServers))
        seen.time = .seconds(241)
        #expect(rotation.next(seen) == Self.issue(Self.fullLeaf, .missing))
    }

    @Test(
        "replaces a leaf for what is wrong with it",
        arguments: [
            (leaf(-9, 0), LeafDefect.expired), (leaf(-1, 8, signer: nil), .otherAuthority),
            (leaf(-1, 8, names: []), .names), (leaf(1, 9), .notYetValid), (leaf(-6, 3), .due),
        ])
    func defects(leaf: StoredLeaf, defect: LeafDefect) throws {
        var rotation = try Self.rotation()
        var seen = Self.seen(leaf: leaf)
        #expect(rotation.next(seen) == .wait(.seconds(5), .apiServers))
        seen.time = Self.settled
        #expect(rotation.next(seen) == Self.issue(Self.fullLeaf, defect))
    }

    @Test("is nothing for a leaf from a clock that is a few minutes ahead")
    func clockSkew() throws {
        var rotation = try Self.rotation()
        #expect(rotation.next(Self.seen(now: Self.now - Self.hour - 299)) == .wait(.seconds(60), .renewal))
    }

    @Test("lets no leaf outlive its authority, and makes none again that could not live longer")
    func shortAuthority() throws {
        var rotation = try Self.rotation()
        let ending = Self.certificate("old", from: -25, to: 5)
        var seen = Self.seen(
            bundles: [[ending, Self.new]], leaf: nil, authorities: StoredAuthorities(current: ending, next: Self.new))
        _ = rotation.next(seen)
        // The next authority is not known everywhere yet.
        seen.bundles = [[ending]]
        seen.time = Self.settled
        seen.authorities.next = nil
        #expect(rotation.next(seen) == Self.issue(Self.now - 300...Self.now + 5 * Self.hour, .missing))
        seen.leaf = StoredLeaf(
            certificate: CertificateFacts(
                fingerprint: "leaf", validity: Self.now - 20 * Self.hour...ending.validity.upperBound),
            names: Self.names, signer: "old")
        #expect(rotation.next(seen) == .act(.prepareAuthority(validity: Self.fullAuthority)))
    }

    @Test("walks an authority through: prepared, trusted, promoted, used, forgotten, taken out")
    func authority() throws {
        var rotation = try Self.rotation()
        let due = Self.certificate("old", from: -21, to: 9)
        var seen = Self.seen(bundles: [[due]], authorities: StoredAuthorities(current: due))
        #expect(rotation.next(seen) == .act(.prepareAuthority(validity: Self.fullAuthority)))
        seen.authorities.next = Self.new
        #expect(rotation.next(seen) == .act(.writeBundles([["old", "new"]])))
        seen.bundles = [[due, Self.new]]
        #expect(rotation.next(seen) == .wait(.seconds(5), .apiServers))
        seen.time = Self.settled
        #expect(rotation.next(seen) == .act(.promoteAuthority))
        seen.authorities = StoredAuthorities(current: Self.new, previous: [due])
        #expect(rotation.next(seen) == Self.issue(Self.fullLeaf, .otherAuthority))
        seen.leaf = StoredLeaf(certificate: Self.certificate("second", to: 8), names: Self.names, signer: "new")
        #expect(rotation.next(seen) == .wait(.seconds(5), .replicas))
        seen.replicas = [.serves(fingerprint: "second", isTrusted: true), .silent]
        seen.time += .seconds(600)
        #expect(rotation.next(seen) == .wait(.seconds(5), .replicas))
        seen.replicas = [.serves(fingerprint: "second", isTrusted: true)]
        #expect(rotation.next(seen) == .wait(.seconds(5), .replicas))
        seen.time += .seconds(119)
        #expect(rotation.next(seen) == .wait(.seconds(5), .replicas))
        seen.time += .seconds(1)
        #expect(rotation.next(seen) == .act(.forgetAuthorities(["old"])))
        seen.authorities.previous = []
        #expect(rotation.next(seen) == .act(.writeBundles([["new"]])))
        seen.bundles = [[Self.new]]
        #expect(rotation.next(seen) == .wait(.seconds(60), .renewal))
    }

    @Test("restores a bundle that somebody emptied in the middle of a rotation")
    func emptied() throws {
        var rotation = try Self.rotation()
        let seen = Self.seen(
            bundles: [[], [Self.new]], authorities: StoredAuthorities(current: Self.new, previous: [Self.old]))
        #expect(rotation.next(seen) == .act(.writeBundles([["new", "old"], ["new", "old"]])))
    }

    @Test("takes the authority beside a foreign leaf into the bundle, for as long as that is there")
    func ownAuthority() throws {
        var rotation = try Self.rotation()
        let foreign = Self.certificate("foreign", to: 100)
        var seen = Self.seen(bundles: [[]], authorities: StoredAuthorities(current: Self.new))
        seen.leaf?.ownAuthority = foreign
        seen.leaf?.signer = nil
        #expect(rotation.next(seen) == .act(.writeBundles([["new", "foreign"]])))
    }

    @Test("leaves foreign certificates in a bundle until every replica has served our leaf for the settle time")
    func foreign() throws {
        var rotation = try Self.rotation()
        var seen = Self.seen(bundles: [[Self.old], [Self.certificate("foreign", to: 9), Self.old]])
        #expect(rotation.next(seen) == .wait(.seconds(5), .replicas))
        seen.time = Self.settled
        #expect(rotation.next(seen) == .act(.writeBundles([nil, ["old"]])))
    }

    @Test("drops what has expired though a replica cannot be asked, but not while one is seen to serve something else")
    func expired() throws {
        let gone = Self.certificate("gone", from: -30, to: -1)
        var rotation = try Self.rotation()
        var seen = Self.seen(
            bundles: [[Self.old, gone]], replicas: [.unknown],
            authorities: StoredAuthorities(current: Self.old, previous: [gone]))
        #expect(rotation.next(seen) == .act(.writeBundles([["old"]])))
        seen.bundles = [[Self.old]]
        #expect(rotation.next(seen) == .act(.forgetAuthorities(["gone"])))
        seen.replicas = [.serves(fingerprint: "before", isTrusted: false)]
        #expect(rotation.next(seen) == .act(.writeBundles([["old", "gone"]])))
    }

    @Test(
        "is another authority in the place of one that has ended, is from the future or is broken",
        arguments: [
            StoredAuthorities(current: certificate("old", from: -30, to: 0)),
            StoredAuthorities(current: certificate("old", from: 1, to: 30)),
            StoredAuthorities(previous: [old]),
            StoredAuthorities(current: certificate("old", from: -30, to: 0), next: certificate("next", from: 1, to: 9)),
        ])
    func brokenAuthority(authorities: StoredAuthorities) throws {
        var rotation = try Self.rotation()
        #expect(
            rotation.next(Self.seen(authorities: authorities))
                == .act(.replaceAuthority(validity: Self.fullAuthority)))
    }

    @Test("is the next authority at once where the current one is broken")
    func brokenCurrent() throws {
        var rotation = try Self.rotation()
        #expect(rotation.next(Self.seen(authorities: StoredAuthorities(next: Self.new))) == .act(.promoteAuthority))
    }
}

@Suite("A policy")
struct RotationPolicyTests {
    @Test(
        "is refused when it would leave no time for a rotation",
        arguments: [
            (30, 10, 0, "the settle time must be one second or more"),
            (30, 7, 2, "the certificate's lifetime must be 4 times the settle time or more"),
            (29, 10, 2, "the CA's lifetime must be 3 times the certificate's or more"),
        ])
    func refused(authority: Int, leaf: Int, settle: Int, message: String) {
        #expect(throws: RotationPolicy.Problem(message: message)) {
            try RotationPolicy(
                authorityLifetime: .seconds(authority), leafLifetime: .seconds(leaf), settleTime: .seconds(settle))
        }
    }

    @Test("may be of minutes, and the usual one keeps the rules")
    func accepted() throws {
        let short = try RotationPolicy(
            authorityLifetime: .seconds(180), leafLifetime: .seconds(60), settleTime: .seconds(5))
        // A tenth of so short a life lies in the past.
        #expect(short.leafValidity(from: 1000, until: 5000) == 994...1054)
        let usual = RotationPolicy.standard
        #expect(
            try RotationPolicy(
                authorityLifetime: usual.authorityLifetime, leafLifetime: usual.leafLifetime,
                settleTime: usual.settleTime) == usual)
    }

    @Test("renews when two thirds of a life are over")
    func renewal() {
        #expect(CertificateFacts(fingerprint: "", validity: 100...400).renewal == 300)
        #expect(CertificateFacts(fingerprint: "", validity: 0...2).renewal == 1)
        #expect(CertificateFacts(fingerprint: "", validity: 0...Int64.max).renewal == Int64.max / 3 * 2)
    }
}
