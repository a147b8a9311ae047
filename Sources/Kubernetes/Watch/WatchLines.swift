/// Cuts the body of a watch into lines, each one an event. Pieces may end anywhere.
struct WatchLines: Sendable {
    /// An event holds one object's metadata: 256 KiB of annotations, as much again of managed fields, and escapes.
    static let longestLine = 2 << 20

    private let limit: Int
    private var waiting: [UInt8] = []
    /// Where the first line that was not handed out begins.
    private var start = 0
    /// Bytes before this hold no line feed.
    private var searched = 0

    init(limit: Int = WatchLines.longestLine) {
        self.limit = limit
    }

    mutating func append(_ piece: [UInt8]) {
        if start > 0 {
            waiting.removeSubrange(..<start)
            searched -= start
            start = 0
        }
        waiting += piece
    }

    /// The next whole line, without its line feed; nil when more is needed. Empty lines are left out.
    ///
    /// - Throws: `KubernetesError.tooLarge`, for the unfinished line too.
    mutating func next() throws(KubernetesError) -> [UInt8]? {
        while let end = waiting[searched...].firstIndex(of: 0x0A) {
            let line = waiting[start..<end]
            start = end + 1
            searched = start
            guard line.count <= limit else { throw tooLarge }
            if line.contains(where: { $0 != 0x0D && $0 != 0x20 }) { return Array(line) }
        }
        searched = waiting.count
        guard waiting.count - start <= limit else { throw tooLarge }
        return nil
    }

    private var tooLarge: KubernetesError {
        KubernetesError(.tooLarge, "A watch event is longer than \(limit) bytes")
    }
}
