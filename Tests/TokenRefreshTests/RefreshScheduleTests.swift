import Testing
import TokenRefresh

@Suite struct RefreshScheduleTests {
    @Test("Keys come out by their time, and not before it")
    func order() {
        var schedule = RefreshSchedule<String>()
        for (key, time) in [("c", 30), ("a", 10), ("b", 20)] { schedule.add(key, at: .seconds(time)) }
        #expect(schedule.next == .seconds(10))
        #expect(schedule.popDue(at: .seconds(9)) == nil)
        #expect(schedule.popDue(at: .seconds(10)) == "a")
        #expect(schedule.popDue(at: .seconds(100)) == "b")
        #expect(schedule.popDue(at: .seconds(100)) == "c")
        #expect(schedule.popDue(at: .seconds(100)) == nil)
        #expect(schedule.next == nil)
    }

    @Test("A key has one entry, and the earlier time of two wins")
    func earliestWins() {
        var schedule = RefreshSchedule<String>()
        schedule.add("a", at: .seconds(20))
        schedule.add("a", at: .seconds(30))
        schedule.add("a", at: .seconds(10))
        #expect(schedule.count == 1)
        #expect(schedule.popDue(at: .seconds(50)) == "a")
        #expect(schedule.popDue(at: .seconds(50)) == nil)
    }

    @Test("A key that is moved later comes later")
    func moves() {
        var schedule = RefreshSchedule<String>()
        schedule.add("a", at: .seconds(10))
        schedule.move("a", to: .seconds(40))
        #expect(schedule.next == .seconds(40))
        #expect(schedule.popDue(at: .seconds(39)) == nil)
        schedule.move("a", to: .seconds(40))
        #expect(schedule.popDue(at: .seconds(40)) == "a")
        #expect(schedule.count == 0)
    }

    @Test("A removed key does not come, and may come back")
    func removes() {
        var schedule = RefreshSchedule<String>()
        schedule.add("a", at: .seconds(10))
        schedule.remove("a")
        #expect(schedule.popDue(at: .seconds(99)) == nil)
        schedule.add("a", at: .seconds(50))
        #expect(schedule.popDue(at: .seconds(49)) == nil)
        #expect(schedule.popDue(at: .seconds(50)) == "a")
    }

    @Test("It agrees with a dictionary over ten thousand random steps")
    func model() {
        var chance = SeededGenerator(7)
        var schedule = RefreshSchedule<Int>()
        var model: [Int: Duration] = [:]
        for step in 0..<10_000 {
            let key = Int.random(in: 0..<40, using: &chance)
            let time = Duration.milliseconds(step + Int.random(in: 0..<500, using: &chance))
            switch Int.random(in: 0..<6, using: &chance) {
            case 0, 1:
                schedule.add(key, at: time)
                model[key] = min(model[key] ?? time, time)
            case 2, 3:
                schedule.move(key, to: time)
                model[key] = time
            case 4:
                schedule.remove(key)
                model[key] = nil
            default:
                let now = Duration.milliseconds(step)
                if let popped = schedule.popDue(at: now) {
                    #expect(model[popped] == model.values.min())
                    #expect((model[popped] ?? now + .seconds(1)) <= now)
                    model[popped] = nil
                } else {
                    #expect(model.values.allSatisfy { $0 > now })
                }
            }
            #expect(schedule.count == model.count)
            #expect(schedule.next == model.values.min())
        }
    }
}
