import Foundation
import ServerTestSupport
import Testing

@testable import Platform

@Suite("A watched directory")
struct DirectoryWatchTests {
    private let directory: TemporaryDirectory
    private let wakeUp: WakeUp

    /// Reached by a watch that misses a change only.
    private let patience = Int32(Patience.milliseconds)

    init() throws {
        directory = try TemporaryDirectory()
        wakeUp = try WakeUp()
    }

    private func watch(_ names: String...) -> DirectoryWatch {
        DirectoryWatch(names.isEmpty ? [directory.path] : names.map(directory.path(_:)))
    }

    @Test("is quiet while nothing happens")
    func quiet() throws {
        #expect(watch().wait(milliseconds: 0, orUntil: wakeUp) == .timedOut)
    }

    @Test("shows a file written in place")
    func written() throws {
        try directory.write([1], to: "tls.crt")
        let watch = watch()
        try directory.write([2], to: "tls.crt")
        #expect(watch.wait(milliseconds: patience, orUntil: wakeUp) == .changed)
    }

    @Test("shows a file renamed over another")
    func renamed() throws {
        try directory.write([1], to: "tls.crt")
        let watch = watch()
        try directory.replace("tls.crt", with: [2])
        #expect(watch.wait(milliseconds: patience, orUntil: wakeUp) == .changed)
    }

    @Test("shows the kubelet's swap of a symbolic link")
    func swapped() throws {
        try directory.makeDirectory("one")
        try directory.makeDirectory("two")
        try directory.swapLink("..data", to: "one")
        let watch = watch()
        try directory.swapLink("..data", to: "two")
        #expect(watch.wait(milliseconds: patience, orUntil: wakeUp) == .changed)
    }

    @Test("shows a deleted file")
    func deleted() throws {
        try directory.write([1], to: "tls.crt")
        let watch = watch()
        try directory.remove("tls.crt")
        #expect(watch.wait(milliseconds: patience, orUntil: wakeUp) == .changed)
    }

    @Test("tells a change once, and is quiet afterwards")
    func once() throws {
        let watch = watch()
        for index in 0..<100 { try directory.write([1], to: "file-\(index)") }
        #expect(watch.wait(milliseconds: patience, orUntil: wakeUp) == .changed)
        #expect(watch.wait(milliseconds: 0, orUntil: wakeUp) == .timedOut)
    }

    @Test("is found again after it was removed and made anew")
    func replaced() throws {
        try directory.makeDirectory("certs")
        let watch = watch("certs")
        try directory.remove("certs")
        try directory.makeDirectory("certs")
        // The kernel may tell of the removal; what matters is that the wait has seen the new directory.
        _ = watch.wait(milliseconds: 0, orUntil: wakeUp)
        try directory.write([1], to: "certs/tls.crt")
        #expect(watch.wait(milliseconds: patience, orUntil: wakeUp) == .changed)
    }

    @Test("may be missing at first")
    func missing() throws {
        let watch = watch("later")
        #expect(watch.wait(milliseconds: 0, orUntil: wakeUp) == .timedOut)
        try directory.makeDirectory("later")
        #expect(watch.wait(milliseconds: 0, orUntil: wakeUp) == .timedOut)
        try directory.write([1], to: "later/tls.crt")
        #expect(watch.wait(milliseconds: patience, orUntil: wakeUp) == .changed)
    }

    @Test("is one of several, each of which shows")
    func several() throws {
        try directory.makeDirectory("certificates")
        try directory.makeDirectory("keys")
        let watch = watch("certificates", "keys", "keys")
        try directory.write([1], to: "certificates/tls.crt")
        #expect(watch.wait(milliseconds: patience, orUntil: wakeUp) == .changed)
        try directory.write([1], to: "keys/tls.key")
        #expect(watch.wait(milliseconds: patience, orUntil: wakeUp) == .changed)
    }

    @Test("tells why it notices nothing where the kernel gives no inotify, and still waits and wakes")
    func noInotify() throws {
        let watch = DirectoryWatch([directory.path], inotify: -1)
        #expect(watch.problem != nil)
        try directory.write([1], to: "tls.crt")
        #expect(watch.wait(milliseconds: 0, orUntil: wakeUp) == .timedOut)
        wakeUp.signal()
        #expect(watch.wait(milliseconds: -1, orUntil: wakeUp) == .woken)
    }

    @Test("lets its thread go at a wake-up, now and from then on")
    func woken() throws {
        let watch = watch()
        wakeUp.signal()
        #expect(watch.wait(milliseconds: -1, orUntil: wakeUp) == .woken)
        #expect(watch.wait(milliseconds: -1, orUntil: wakeUp) == .woken)
    }
}
