internal import CLinux
internal import Glibc

/// Notices changes in directories, by inotify: writes, renames, and the symlink swap with which the kubelet replaces
/// the files of a mounted Secret.
package final class DirectoryWatch: Sendable {
    private let descriptor: Descriptor

    /// - Parameter directories: those that cannot be watched are left out; polling has to notice changes in them.
    package init(_ directories: [String]) throws(SystemError) {
        descriptor = try Descriptor(taking: inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC)), from: "inotify_init1")
        let mask = UInt32(IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE)
        for directory in Set(directories) {
            _ = unsafe inotify_add_watch(descriptor.rawValue, directory, mask)
        }
    }

    /// Waits until something has changed, `wakeUp` is signalled, or time is over.
    ///
    /// - Returns: true when something has changed.
    package func wait(milliseconds: Int32, orUntil wakeUp: WakeUp) -> Bool {
        var entries = [
            pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wakeUp.pollDescriptor, events: Int16(POLLIN), revents: 0),
        ]
        guard unsafe poll(&entries, 2, milliseconds) > 0, entries[0].revents != 0 else { return false }
        // What changed does not matter: the reader compares contents.
        var buffer = [UInt8](repeating: 0, count: 4096)
        while unsafe read(descriptor.rawValue, &buffer, buffer.count) > 0 {}
        return true
    }
}
