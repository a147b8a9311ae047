import Testing
import TokenRefresh

@Suite struct SecretRefreshTests {
    private let outage = RefreshFailure(.serverError, "GitHub answered 502")

    @Test("A good token is left alone until its margin")
    func waits() {
        var machine = Machine(life: .seconds(3600))
        #expect(machine.wake() == [.wait(.seconds(3270))])
        machine.now = noon + .seconds(3269)
        #expect(machine.wake() == [.wait(.seconds(1))])
        machine.now = noon + .seconds(3270)
        #expect(machine.wake() == [.look])
        #expect(machine.wake() == [])
    }

    @Test("A Secret without a known expiry, or within its margin, is due at once", arguments: [nil, 299, 0, -5000])
    func bootstrap(_ life: Int?) {
        var machine = Machine(life: life.map { .seconds($0) })
        #expect(machine.wake() == [.look])
    }

    @Test("From due to written: look, mint, write on the version seen, tell, wait for the next margin")
    func wholeRound() {
        var machine = Machine(life: .seconds(200))
        #expect(machine.wake() == [.look])
        #expect(machine.looked() == [.mint])
        let token = machine.token()
        #expect(machine.minted(.minted(token)) == [.write(token, resourceVersion: "1")])
        #expect(
            machine.written(.written(resourceVersion: "2"))
                == [.event(.refreshed(expiry: noon + .seconds(3600))), .wait(.seconds(3270))])
        #expect(machine.refresh.secret.resourceVersion == "2")
        #expect(machine.refresh.secret.expiry == token.expiry)
        #expect(machine.refresh.secret.configuration.apiURL == Machine.api)
        #expect(machine.refresh.remaining(at: machine.now) == .seconds(3600))
    }

    @Test("The watch's echo of our own write changes nothing")
    func echo() {
        var machine = Machine(life: nil)
        let token = machine.mint()
        var configuration = RefreshConfiguration(appSecret: "app", apiURL: Machine.api)
        let echo = Machine.secret("2", expiry: token.expiry, configuration: configuration)
        #expect(machine.observed(echo) == [])
        _ = machine.written(.written(resourceVersion: "2"))
        #expect(machine.observed(echo) == [])
        // Kelos writes a Session's annotations anew, without ours.
        configuration = RefreshConfiguration(appSecret: "app")
        #expect(machine.observed(Machine.secret("3", expiry: token.expiry, configuration: configuration)) == [])
        #expect(machine.wake() == [.wait(.seconds(3270))])
    }

    @Test("Another refresher's write moves our time and stops a retry")
    func otherWriter() {
        var machine = Machine(life: .seconds(200))
        #expect(machine.fail(outage).wait == .seconds(30))
        #expect(
            machine.observed(Machine.secret("2", expiry: noon + .seconds(3600))) == [.wait(.seconds(3270))])
        machine.now = noon + .seconds(30)
        #expect(machine.wake() == [.wait(.seconds(3240))])
    }

    @Test("Unrelated changes of the Secret do not hurry a retry")
    func unrelatedChange() {
        var machine = Machine(life: .seconds(200))
        #expect(machine.fail(outage).wait == .seconds(30))
        #expect(machine.observed(Machine.secret("2", expiry: noon + .seconds(200))) == [])
        #expect(machine.wake() == [.wait(.seconds(30))])
    }

    @Test("An expiry that somebody removes, or another scope, is answered with a new token")
    func otherWish() {
        var machine = Machine(life: .seconds(3600))
        #expect(machine.observed(Machine.secret("2", expiry: nil)) == [.look])
        var narrowed = Machine(life: .seconds(3600))
        let configuration = RefreshConfiguration(appSecret: "app", repositories: "a")
        #expect(
            narrowed.observed(Machine.secret("2", expiry: noon + .seconds(3600), configuration: configuration))
                == [.look])
    }

    @Test("A failing refresh is tried ten times before its token expires, and told once")
    func outageThroughMargin() {
        var machine = Machine(life: .seconds(300))
        var delays: [Duration] = []
        var events: [RefreshEvent] = []
        for _ in 0..<10 {
            let actions = machine.fail(outage)
            events += actions.events
            delays.append(actions.wait ?? .zero)
            machine.now = machine.now + (actions.wait ?? .zero)
        }
        #expect(delays == Array(repeating: .seconds(30), count: 9) + [.seconds(15)])
        #expect(machine.now < noon + .seconds(300))
        #expect(events == [.failed(outage)])
    }

    @Test("An outage of half an hour ends with a token at most thirty seconds after it")
    func recovers() {
        var machine = Machine(life: .seconds(60))
        while machine.now < noon + .seconds(1800) {
            guard let wait = machine.fail(outage).wait else {
                Issue.record("a failure without a wait")
                return
            }
            #expect(wait >= .seconds(1) && wait <= .seconds(30))
            machine.now = machine.now + wait
        }
        #expect(machine.now <= noon + .seconds(1830))
        _ = machine.mint()
        #expect(machine.written(.written(resourceVersion: "2")).events.count == 1)
    }

    @Test("Another failure is told, the same one again after half an hour, and after a success at once")
    func toldAgain() {
        var machine = Machine(life: nil)
        #expect(machine.fail(outage).events == [.failed(outage)])
        machine.now = machine.now + .seconds(30)
        let other = RefreshFailure(.unreachable, "no route")
        #expect(machine.fail(other).events == [.failed(other)])
        machine.now = machine.now + .seconds(1799)
        #expect(machine.fail(other).events == [])
        machine.now = machine.now + .seconds(60)
        #expect(machine.fail(other).events == [.failed(other)])
        machine.now = machine.now + .seconds(60)
        _ = machine.mint()
        _ = machine.written(.written(resourceVersion: "2"))
        machine.now = machine.now + .seconds(3300)
        #expect(machine.fail(other).events == [.failed(other)])
    }

    @Test("GitHub's primary limit is waited for, and longer than the token lives only but for one last try")
    func primaryLimit() {
        var machine = Machine(life: .seconds(300))
        #expect(machine.fail(RefreshFailure(.primaryLimit, "limit", after: .seconds(200))).wait == .seconds(200))
        var late = Machine(life: .seconds(300))
        #expect(late.fail(RefreshFailure(.primaryLimit, "limit", after: .seconds(2400))).wait == .seconds(290))
    }

    @Test("The secondary limit is waited for longer each time")
    func secondaryLimit() {
        var machine = Machine(life: nil)
        let limit = RefreshFailure(.secondaryLimit, "slow down")
        var waits: [Int64] = []
        for _ in 0..<4 {
            let wait = machine.fail(limit).wait ?? .zero
            waits.append(wait.components.seconds)
            machine.now = machine.now + wait
        }
        #expect(waits == [60, 120, 240, 480])
    }

    @Test("A permanent failure is tried every five minutes, and at once when the source Secret changes")
    func latch() {
        var machine = Machine(life: .seconds(200))
        let refused = RefreshFailure(.appUnauthorized, "401")
        #expect(machine.fail(refused).wait == .seconds(300))
        #expect(machine.refresh.isLatched)
        machine.now = noon + .seconds(100)
        #expect(machine.wake() == [.wait(.seconds(200))])
        #expect(machine.sourceChanged(to: "s1") == [])
        #expect(machine.sourceChanged(to: "s2") == [.look])
        #expect(machine.looked(.use(.needed, sourceVersion: "s2")) == [.mint])
        #expect(machine.minted(.failed(refused)).wait == .seconds(300))
        machine.now = noon + .seconds(400)
        #expect(machine.wake() == [.look])
        #expect(machine.looked(.use(.needed, sourceVersion: "s2")) == [.mint])
    }

    @Test("A latch opens when the Secret asks for something else, or its source appears")
    func latchOpens() {
        var scoped = Machine(life: .seconds(200))
        _ = scoped.fail(RefreshFailure(.invalidScope, "422"))
        let configuration = RefreshConfiguration(appSecret: "app", repositories: "other")
        #expect(
            scoped.observed(Machine.secret("2", expiry: noon + .seconds(200), configuration: configuration)) == [.look])
        var missing = Machine(life: nil)
        _ = missing.wake()
        let gone = RefreshFailure(.invalidSource, "there is no Secret app")
        #expect(missing.looked(.failed(gone, sourceVersion: nil)).wait == .seconds(300))
        #expect(missing.sourceChanged(to: "s1") == [.look])
    }

    @Test("A latched Secret is not minted for because somebody touches it")
    func latchHolds() {
        var machine = Machine(life: .seconds(200))
        _ = machine.fail(RefreshFailure(.installationSuspended, "403"))
        machine.now = noon + .seconds(10)
        #expect(machine.observed(Machine.secret("2", expiry: nil)) == [.wait(.seconds(290))])
    }

    @Test("A rotated key is used soon, and only once it has been seen to change")
    func rotatedKey() {
        var machine = Machine(life: nil)
        #expect(machine.sourceChanged(to: "s0") == [])
        _ = machine.mint()
        _ = machine.written(.written(resourceVersion: "2"))
        #expect(machine.sourceChanged(to: "s1") == [])
        #expect(machine.sourceChanged(to: nil) == [])
        machine.chance = .most
        #expect(machine.sourceChanged(to: "s2") == [.wait(.seconds(120))])
        machine.chance = .none
        #expect(machine.sourceChanged(to: "s3") == [.look])
    }

    @Test("A key that is rotated before it was ever used is news as well, once it is known what it was")
    func rotatedUnused() {
        var machine = Machine(life: .seconds(3600))
        machine.chance = .most
        #expect(machine.sourceChanged(to: "s1") == [])
        #expect(machine.sourceChanged(to: "s1") == [])
        #expect(machine.sourceChanged(to: "s2") == [.wait(.seconds(120))])
    }

    @Test("A clock that is set moves what was counted from it, and not what follows from an expiry")
    func clockMoved() {
        let day = Duration.seconds(86_400)
        // Made, failed or latched by a clock that is a day ahead.
        for failure in [nil, RefreshFailure(.serverError, "no"), RefreshFailure(.forbidden, "no")] {
            var machine = Machine(life: nil, at: noon + day)
            if let failure { _ = machine.fail(failure) }
            machine.refresh.clockMoved(by: .zero - day)
            machine.now = noon
            let wait = failure.map { RetryRule.delay(after: $0, remaining: nil) }
            #expect(machine.wake() == (wait.map { [.wait($0)] } ?? [.look]))
            if let wait {
                machine.now = noon + wait
                #expect(machine.wake() == [.look])
                #expect(machine.looked() == [.mint])
            }
        }
        var fresh = Machine(life: .seconds(3000))
        let planned = fresh.wake()
        fresh.refresh.clockMoved(by: .seconds(-600))
        fresh.now = noon - .seconds(600)
        #expect(fresh.wake().wait == planned.wait.map { $0 + .seconds(600) })
    }
}
