import Testing
import TokenRefresh

@Suite struct SecretRefreshWriteTests {
    @Test("After a conflict, another's fresh token is kept and ours is forgotten")
    func conflictWithFresh() {
        var machine = Machine(life: nil)
        _ = machine.mint()
        #expect(machine.written(.conflict) == [.reread])
        #expect(machine.reread(Machine.secret("5", expiry: noon + .seconds(3000))) == [.wait(.seconds(2670))])
        #expect(machine.refresh.secret.resourceVersion == "5")
    }

    @Test("After a conflict over something else, the same token is written on the new version")
    func conflictWithUnrelated() {
        var machine = Machine(life: .seconds(100))
        let token = machine.mint()
        _ = machine.written(.conflict)
        #expect(
            machine.reread(Machine.secret("5", expiry: noon + .seconds(100))) == [.write(token, resourceVersion: "5")])
    }

    @Test("A conflict over something else does not waste a token that was minted before the margin begins")
    func conflictBeforeTheMargin() {
        var machine = Machine(life: .seconds(3600))
        machine.now = noon + .seconds(3280)
        let token = machine.mint()
        _ = machine.written(.conflict)
        #expect(
            machine.reread(Machine.secret("5", expiry: noon + .seconds(3600))) == [.write(token, resourceVersion: "5")])
    }

    @Test("After five conflicts the token is kept for later, and no new one is minted")
    func manyConflicts() {
        var machine = Machine(life: .seconds(100))
        let token = machine.mint()
        for round in 2...5 {
            _ = machine.written(.conflict)
            #expect(
                machine.reread(Machine.secret("\(round)", expiry: noon + .seconds(100)))
                    == [.write(token, resourceVersion: "\(round)")])
        }
        _ = machine.written(.conflict)
        let given = machine.reread(Machine.secret("6", expiry: noon + .seconds(100)))
        #expect(given.wait == .seconds(30))
        #expect(given.events.count == 1)
        machine.now = machine.now + .seconds(30)
        #expect(machine.wake() == [.write(token, resourceVersion: "6")])
    }

    @Test("A conflict with somebody who asks for another scope mints anew")
    func conflictWithOtherWish() {
        var machine = Machine(life: nil)
        _ = machine.mint()
        _ = machine.written(.conflict)
        let configuration = RefreshConfiguration(appSecret: "app", permissions: "contents=read")
        #expect(machine.reread(Machine.secret("5", expiry: nil, configuration: configuration)) == [.look])
    }

    @Test("What the watch shows while a token is minted does not let it overwrite what nobody has weighed")
    func seenWhileMinting() {
        var machine = Machine(life: .seconds(100))
        let token = machine.token()
        _ = machine.wake()
        _ = machine.looked()
        #expect(machine.observed(Machine.secret("5", expiry: noon + .seconds(3000))) == [])
        #expect(machine.minted(.minted(token)) == [.write(token, resourceVersion: "1")])
        #expect(machine.written(.conflict) == [.reread])
        #expect(machine.reread(Machine.secret("5", expiry: noon + .seconds(3000))) == [.wait(.seconds(2670))])
    }

    @Test("A token that is minted while another scope is asked for is never written")
    func otherWishWhileMinting() {
        let configuration = RefreshConfiguration(appSecret: "app", permissions: "contents=read")
        let wished = Machine.secret("5", expiry: noon + .seconds(100), configuration: configuration)
        var machine = Machine(life: .seconds(100))
        let token = machine.token()
        _ = machine.wake()
        _ = machine.looked()
        #expect(machine.observed(wished) == [])
        #expect(machine.minted(.minted(token)) == [.write(token, resourceVersion: "1")])
        #expect(machine.written(.conflict) == [.reread])
        #expect(machine.reread(wished) == [.look])
    }

    @Test("A failure of what is no longer asked for latches nothing, and a wish that comes with the answer is no later")
    func otherWishWhileFailing() {
        let configuration = RefreshConfiguration(appSecret: "app", permissions: "contents=read")
        let wished = Machine.secret("5", expiry: noon + .seconds(100), configuration: configuration)
        var failing = Machine(life: .seconds(100))
        _ = failing.wake()
        _ = failing.looked()
        _ = failing.observed(wished)
        #expect(failing.minted(.failed(RefreshFailure(.invalidScope, "no"))).wait == .seconds(1))
        #expect(!failing.refresh.isLatched)

        var written = Machine(life: .seconds(100))
        _ = written.mint()
        _ = written.observed(wished)
        #expect(written.written(.written(resourceVersion: "4")).wait == .seconds(1))
    }

    @Test("A write that fails is repeated with the same token until that is in its own margin")
    func writeFails() {
        var machine = Machine(life: .seconds(400))
        machine.now = noon + .seconds(100)
        let token = machine.mint()
        let outage = RefreshFailure(.clusterUnavailable, "the API server answered 503")
        #expect(machine.written(.failed(outage)).wait == .seconds(30))
        #expect(machine.wake() == [.wait(.seconds(30))])
        machine.now = machine.now + .seconds(30)
        #expect(machine.wake() == [.write(token, resourceVersion: "1")])
        #expect(machine.written(.failed(outage)).wait == .seconds(30))
        machine.now = noon + .seconds(3500)
        #expect(machine.wake() == [.look])
    }

    @Test("A Secret that cannot be written is latched")
    func writeRefused() {
        var machine = Machine(life: nil)
        _ = machine.mint()
        let refused = RefreshFailure(.secretRefused, "the Secret is immutable")
        #expect(machine.written(.failed(refused)) == [.event(.failed(refused)), .wait(.seconds(300))])
        #expect(machine.refresh.isLatched)
    }

    @Test("A Secret that is gone is dropped, wherever that is noticed")
    func gone() {
        var first = Machine(life: nil)
        _ = first.mint()
        #expect(first.written(.gone) == [.drop])
        var second = Machine(life: nil)
        _ = second.mint()
        _ = second.written(.conflict)
        #expect(second.reread(nil) == [.drop])
    }

    @Test("A token in hand is kept when the Secret cannot be read anew after a conflict")
    func rereadFailed() {
        var machine = Machine(life: nil)
        let token = machine.mint()
        #expect(machine.refresh.rereadFailed(RefreshFailure(.clusterUnavailable, "500"), at: noon) == [])
        #expect(machine.written(.conflict) == [.reread])
        let outage = RefreshFailure(.clusterUnavailable, "500")
        #expect(machine.refresh.rereadFailed(outage, at: noon) == [.event(.failed(outage)), .wait(.seconds(30))])
        machine.now = noon + .seconds(30)
        #expect(machine.wake() == [.write(token, resourceVersion: "1")])
    }

    @Test("A Secret nobody will use again is dropped, and one that nobody uses yet is looked at again")
    func use() {
        var over = Machine(life: nil)
        _ = over.wake()
        #expect(over.looked(.use(.over, sourceVersion: "s1")) == [.drop])
        var idle = Machine(life: nil)
        _ = idle.wake()
        #expect(idle.looked(.use(.idle, sourceVersion: "s1")) == [.wait(.seconds(30))])
        idle.now = noon + .seconds(30)
        #expect(idle.wake() == [.look])
        #expect(idle.looked() == [.mint])
    }

    @Test("What comes at the wrong time is ignored")
    func outOfTurn() {
        var machine = Machine(life: .seconds(3600))
        #expect(machine.looked() == [])
        #expect(machine.minted(.minted(machine.token())) == [])
        #expect(machine.written(.written(resourceVersion: "2")) == [])
        #expect(machine.reread(nil) == [])
        #expect(machine.wake() == [.wait(.seconds(3270))])
    }

    @Test("No wait is ever below a millisecond, nor a token replaced by an older one, in ten thousand random steps")
    func randomSteps() {
        var chance = SeededGenerator(2026)
        var machine = Machine(life: .seconds(600))
        var version = 1
        var stored = noon + .seconds(600)
        for _ in 0..<10_000 {
            machine.now = machine.now + .milliseconds(Int64.random(in: 0...60_000, using: &chance))
            let failures: [RefreshFailure.Cause] = [.serverError, .secondaryLimit, .primaryLimit, .appUnauthorized]
            let failure = RefreshFailure(failures[Int.random(in: 0..<4, using: &chance)], "no")
            var actions = machine.wake()
            if actions == [.look] {
                actions = machine.looked()
            }
            if actions == [.mint] {
                actions = machine.minted(
                    Bool.random(using: &chance) ? .failed(failure) : .minted(machine.token()))
            }
            while case .write(let token, let seen)? = actions.first {
                if seen == "\(version)", Bool.random(using: &chance) {
                    #expect(token.expiry > stored)
                    stored = token.expiry
                    version += 1
                    actions = machine.written(.written(resourceVersion: "\(version)"))
                } else {
                    version += 1
                    _ = machine.written(.conflict)
                    actions = machine.reread(Machine.secret("\(version)", expiry: stored))
                }
            }
            for case .wait(let span) in actions { #expect(span >= .milliseconds(1)) }
        }
        #expect(version > 100)
    }
}
