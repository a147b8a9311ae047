import Kubernetes
import Testing

@testable import RefresherService

@Suite("The roll of missed pods")
struct MissedRollTests {
    private static let kelos = ObjectSelection(.pods, labelSelector: "kelos")
    private static let optedIn = ObjectSelection(.pods, labelSelector: "opted-in")

    private func look(_ roll: inout MissedRoll, _ selection: ObjectSelection, _ uids: [String]) -> [String] {
        roll.begin(selection)
        let told = uids.filter { uid in
            roll.see(uid, in: selection)
            return roll.tell(uid, in: selection)
        }
        roll.finish(selection)
        return told
    }

    @Test("counts a pod of two lists once, and tells of it once")
    func overlap() {
        var roll = MissedRoll()
        #expect(look(&roll, Self.kelos, ["a", "b"]) == ["a", "b"])
        #expect(look(&roll, Self.optedIn, ["b", "c"]) == ["c"])
        #expect(roll.count == 3)
        #expect(look(&roll, Self.kelos, ["a"]) == [])
        #expect(roll.count == 3)
        #expect(look(&roll, Self.optedIn, []) == [])
        #expect(roll.count == 1)
    }

    @Test("keeps what the last complete list showed")
    func incomplete() {
        var roll = MissedRoll()
        _ = look(&roll, Self.kelos, ["a", "b"])
        roll.begin(Self.kelos)
        roll.see("c", in: Self.kelos)
        #expect(roll.count == 2)
    }

    @Test("remembers what was told when it counts nothing any more")
    func cleared() {
        var roll = MissedRoll()
        _ = look(&roll, Self.kelos, ["a"])
        roll.clear()
        #expect(roll.count == 0)
        #expect(look(&roll, Self.kelos, ["a", "b"]) == ["b"])
        #expect(roll.count == 2)
    }

    @Test("is no longer than it may be, over all lists")
    func bounded() {
        var roll = MissedRoll(most: 3)
        #expect(look(&roll, Self.kelos, ["a", "b"]) == ["a", "b"])
        #expect(look(&roll, Self.optedIn, ["c", "d"]) == ["c"])
        #expect(roll.count == 3)
        #expect(look(&roll, Self.kelos, ["a", "b", "e"]) == [])
        #expect(roll.count == 3)
        #expect(look(&roll, Self.kelos, ["e"]) == [])
        #expect(look(&roll, Self.kelos, ["e"]) == ["e"])
    }
}
