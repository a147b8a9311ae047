/// The unified format of diff(1) over lines.
package enum UnifiedDiff {
    /// Unchanged lines shown around a change, as diff(1) shows.
    private static let context = 3

    private enum Step {
        case keep, remove, insert
    }

    private struct Line {
        let step: Step
        let text: Substring
        /// Lines of each side before this one.
        let before: (old: Int, new: Int)
    }

    /// - Returns: nothing when both are equal.
    package static func between(
        _ old: String, _ new: String, oldName: String, newName: String
    ) -> String {
        guard old != new else { return "" }
        let lines = script(
            old.split(separator: "\n", omittingEmptySubsequences: false).dropLast(),
            new.split(separator: "\n", omittingEmptySubsequences: false).dropLast())
        var output = "--- \(oldName)\n+++ \(newName)\n"
        for range in hunks(lines) { write(lines[range], to: &output) }
        return output
    }

    private static func script(_ old: ArraySlice<Substring>, _ new: ArraySlice<Substring>) -> [Line] {
        var removed: Set<Int> = []
        var inserted: Set<Int> = []
        for change in Array(new).difference(from: Array(old)) {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): inserted.insert(offset)
            }
        }
        var lines: [Line] = []
        var (oldIndex, newIndex) = (0, 0)
        while oldIndex < old.count || newIndex < new.count {
            let before = (oldIndex, newIndex)
            if removed.contains(oldIndex) {
                lines.append(Line(step: .remove, text: old[oldIndex], before: before))
                oldIndex += 1
            } else if inserted.contains(newIndex) {
                lines.append(Line(step: .insert, text: new[newIndex], before: before))
                newIndex += 1
            } else {
                lines.append(Line(step: .keep, text: old[oldIndex], before: before))
                oldIndex += 1
                newIndex += 1
            }
        }
        return lines
    }

    /// Ranges of changes with their context; those that touch are one.
    private static func hunks(_ lines: [Line]) -> [Range<Int>] {
        var hunks: [Range<Int>] = []
        for (index, line) in lines.enumerated() where line.step != .keep {
            let range = max(0, index - context)..<min(lines.count, index + context + 1)
            if let last = hunks.last, range.lowerBound <= last.upperBound {
                hunks[hunks.count - 1] = last.lowerBound..<range.upperBound
            } else {
                hunks.append(range)
            }
        }
        return hunks
    }

    private static func write(_ hunk: ArraySlice<Line>, to output: inout String) {
        guard let first = hunk.first else { return }
        let oldCount = hunk.count { $0.step != .insert }
        let newCount = hunk.count { $0.step != .remove }
        output += "@@ -\(place(first.before.old, oldCount)) +\(place(first.before.new, newCount)) @@\n"
        for line in hunk {
            switch line.step {
            case .keep: output += " \(line.text)\n"
            case .remove: output += "-\(line.text)\n"
            case .insert: output += "+\(line.text)\n"
            }
        }
    }

    /// An empty side is given by the line before it, a side of one line without its count.
    private static func place(_ before: Int, _ count: Int) -> String {
        count == 0 ? "\(before),0" : count == 1 ? "\(before + 1)" : "\(before + 1),\(count)"
    }
}
