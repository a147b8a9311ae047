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

    private let descriptor: Descriptor
    private let directories: [String]

    package init(_ directories: [String]) throws(SystemError) {
        descriptor = try Descriptor(taking: inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC)), from: "inotify_init1")
        self.directories = Array(Set(directories))
        watchDirectories()
    }

    /// Waits until something has changed, `wakeUp` is signalled, or time is over. Blocks its thread.
    package func wait(milliseconds: Int32, orUntil wakeUp: WakeUp) -> Outcome {
        // A directory that was replaced meanwhile is a new inode; adding a watched one again changes nothing.
        watchDirectories()
        var entries = [
            pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wakeUp.pollDescriptor, events: Int16(POLLIN), revents: 0),
        ]
        guard unsafe poll(&entries, 2, milliseconds) > 0 else { return .timedOut }
        if entries[1].revents != 0 { return .woken }
        // What changed does not matter: the reader compares contents.
        var buffer = [UInt8](repeating: 0, count: 4096)
        while unsafe read(descriptor.rawValue, &buffer, buffer.count) > 0 {}
        return .changed
    }

    private func watchDirectories() {
        let mask = UInt32(IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE)
        for directory in directories {
            // A directory that cannot be watched is left to the caller's polling.
            _ = unsafe inotify_add_watch(descriptor.rawValue, directory, mask)
        }
    }
}
