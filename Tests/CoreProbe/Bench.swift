import Admission
import Glibc
import RawJSON
import TokenInjection

/// Time per operation on one document, the least of several runs.
enum Bench {
    static func run(_ arguments: ArraySlice<String>) {
        guard let path = arguments.first, let document = contents(of: path) else { exit(66) }
        let rounds = arguments.dropFirst().first.flatMap { Int($0) } ?? 100_000
        var index = JSONIndex()
        report("index", document.count, rounds) {
            guard let value = unsafe try? index.read(document.span.bytes), value.isObject else { exit(65) }
        }
        var encoded: [UInt8] = []
        report("base64", document.count, rounds) {
            encoded.removeAll(keepingCapacity: true)
            encoded.append(base64: document)
        }
        let policy = InjectionPolicy()
        var patch: [UInt8] = []
        if let pod = unsafe (try? index.read(document.span.bytes))?.member("request")?.field("object") {
            report("plan", document.count, rounds) { _ = policy.plan(for: pod, in: "team-a", patch: &patch) }
        }
        let reviewer = AdmissionReviewer(policy: InjectionPolicy(ownNamespace: "kelos-token"))
        var answer: [UInt8] = []
        report("review", document.count, rounds) {
            answer.removeAll(keepingCapacity: true)
            guard (unsafe try? reviewer.review(document.span.bytes, into: &answer)) != nil else { exit(65) }
        }
    }

    private static let runs = 50

    private static func report(_ name: String, _ bytes: Int, _ rounds: Int, _ body: () -> Void) {
        var best = UInt64.max
        for _ in 0..<runs {
            let start = nanoseconds()
            for _ in 0..<rounds / runs { body() }
            best = min(best, (nanoseconds() - start) / UInt64(max(1, rounds / runs)))
        }
        Frames.writeAll(Array("\(name): \(best) ns for \(bytes) bytes\n".utf8))
    }

    private static func nanoseconds() -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    private static func contents(of path: String) -> [UInt8]? {
        let file = unsafe open(path, O_RDONLY)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe read(file, &buffer, buffer.count)
            guard count > 0 else { return count == 0 ? bytes : nil }
            bytes += buffer[..<count]
        }
    }
}
