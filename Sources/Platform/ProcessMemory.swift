internal import CLinux
internal import Glibc

/// What the process does about its own footprint.
package enum ProcessMemory {
    /// Blocks from this size on come from mmap and go back to the kernel when freed: review bodies above the common
    /// size. glibc would otherwise raise this threshold to the largest body seen and keep that memory.
    private static let mappedBlockBytes: Int32 = 256 * 1024

    /// Two arenas serve the event loops; glibc's default of eight per core multiplies the idle footprint.
    private static let arenas: Int32 = 2

    /// A process of ours maps some thirty files; /proc lists each in a line of about 100 bytes.
    private static let mapsLimit = 1024 * 1024

    /// Keeps the heap near what is in use. Called once, before threads start.
    package static func boundHeap() {
        _ = mallopt(M_MMAP_THRESHOLD, mappedBlockBytes)
        _ = mallopt(M_ARENA_MAX, arenas)
    }

    /// Drops the pages of program text that are mapped now: most of them served the command line, the runtime's own
    /// start and OpenSSL's, and are not used again. What is, comes back from the page cache when it is next executed.
    ///
    /// Only mappings that are executable, private and never writable are touched, so nothing is lost.
    package static func dropStartupText() {
        guard let maps = try? FileContents.read("/proc/self/maps", limit: mapsLimit) else { return }
        for line in maps.split(separator: UInt8(ascii: "\n")) {
            // "7f00000-7f01000 r-xp 00000000 fe:00 1234 /usr/lib/..." (proc_pid_maps(5))
            let fields = String(decoding: line, as: UTF8.self).split(separator: " ", maxSplits: 5)
            guard fields.count == 6, fields[1] == "r-xp", fields[5].hasPrefix("/") else { continue }
            let bounds = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            guard bounds.count == 2, bounds[0] < bounds[1] else { continue }
            // Advice only: a kernel that declines leaves everything as it was.
            unsafe madvise(UnsafeMutableRawPointer(bitPattern: bounds[0]), Int(bounds[1] - bounds[0]), MADV_DONTNEED)
        }
    }
}
