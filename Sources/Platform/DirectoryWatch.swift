internal import CLinux
internal import Glibc

/// Notices changes in directories, by inotify: writes, renames, and the symlink swap with which the kubelet replaces
/// the files of a mounted Secret.
package final class DirectoryWatch: Sendable {
    package enum Outcome: Equatable, Sendable {
        case changed
        case woken
        case timedOut
    }

    /// Negative without inotify; poll(2) then leaves it out.
    private let inotify: Int32
    private let directories: [String]
    /// Why changes are not noticed, so that `wait` only times out; nil in normal operation. A machine's users share a
    /// small number of inotify instances (fs.inotify.max_user_instances), so this happens on busy nodes.
    package let problem: SystemError?

    package convenience init(_ directories: [String]) {
        self.init(directories, inotify: inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC)))
    }

    /// - Parameter inotify: what inotify_init1 has just returned.
    init(_ directories: [String], inotify: Int32) {
        problem = inotify < 0 ? SystemError.last("inotify_init1") : nil
        self.inotify = inotify
        self.directories = Array(Set(directories))
        watchDirectories()
    }

    deinit {
        if inotify >= 0 { _ = Glibc.close(inotify) }
    }

    /// Waits until something has changed, `wakeUp` is signalled, or time is over. Blocks its thread.
    package func wait(milliseconds: Int32, orUntil wakeUp: WakeUp) -> Outcome {
        // A directory that was replaced meanwhile is a new inode; adding a watched one again changes nothing.
        watchDirectories()
        var entries = [
            pollfd(fd: inotify, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wakeUp.pollDescriptor, events: Int16(POLLIN), revents: 0),
        ]
        guard unsafe poll(&entries, 2, milliseconds) > 0 else { return .timedOut }
        if entries[1].revents != 0 { return .woken }
        // What changed does not matter: the reader compares contents.
        var buffer = [UInt8](repeating: 0, count: 4096)
        while unsafe read(inotify, &buffer, buffer.count) > 0 {}
        return .changed
    }

    private func watchDirectories() {
        guard inotify >= 0 else { return }
        let mask = UInt32(IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE)
        for directory in directories {
            // A directory that cannot be watched is left to the caller's polling.
            _ = unsafe inotify_add_watch(inotify, directory, mask)
        }
    }
}
