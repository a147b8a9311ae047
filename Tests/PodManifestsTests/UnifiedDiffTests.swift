import Testing

@testable import PodManifests

@Suite("Unified diffs")
struct UnifiedDiffTests {
    private func diff(_ old: [String], _ new: [String]) -> String {
        UnifiedDiff.between(
            old.map { "\($0)\n" }.joined(), new.map { "\($0)\n" }.joined(), oldName: "old", newName: "new")
    }

    private func lines(_ range: ClosedRange<Int>) -> [String] { range.map { "line \($0)" } }

    @Test("are empty for equal texts")
    func equal() {
        #expect(diff(["a"], ["a"]).isEmpty)
    }

    @Test("show a change with three lines around it")
    func context() {
        var new = lines(1...10)
        new[4] = "changed"
        #expect(
            diff(lines(1...10), new) == """
                --- old
                +++ new
                @@ -2,7 +2,7 @@
                 line 2
                 line 3
                 line 4
                -line 5
                +changed
                 line 6
                 line 7
                 line 8

                """)
    }

    @Test("join changes whose surroundings touch and separate others")
    func hunks() {
        let near = lines(1...20).filter { $0 != "line 2" && $0 != "line 9" }
        #expect(diff(lines(1...20), near).split(separator: "\n").filter { $0.hasPrefix("@@") } == ["@@ -1,12 +1,10 @@"])
        let far = lines(1...20).filter { $0 != "line 2" && $0 != "line 10" }
        #expect(
            diff(lines(1...20), far).split(separator: "\n").filter { $0.hasPrefix("@@") }
                == ["@@ -1,5 +1,4 @@", "@@ -7,7 +6,6 @@"])
    }

    @Test("count an empty side from the line before it")
    func emptySides() {
        #expect(diff([], ["a"]) == "--- old\n+++ new\n@@ -0,0 +1 @@\n+a\n")
        #expect(diff(["a"], []) == "--- old\n+++ new\n@@ -1 +0,0 @@\n-a\n")
    }
}
