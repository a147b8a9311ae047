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

    /// Drops the pages of programs and libraries that are mapped now: most of them served the dynamic linker, the command
    /// line, the runtime's own start and OpenSSL's, and are not used again. What is, comes back from the page cache when
    /// it is next touched.
    package static func dropStartupPages() {
        guard let maps = try? FileContents.read("/proc/self/maps", limit: mapsLimit) else { return }
        for line in maps.split(separator: UInt8(ascii: "\n")) {
            guard let range = droppableRange(String(decoding: line, as: UTF8.self)) else { continue }
            // Advice only: a kernel that declines leaves everything as it was.
            unsafe madvise(UnsafeMutableRawPointer(bitPattern: range.lowerBound), range.count, MADV_DONTNEED)
        }
    }

    /// The addresses of a line of proc_pid_maps(5), "7f00-7f10 r-xp 00000000 fe:00 1234 /usr/lib/...", when nothing is lost
    /// by dropping them: files' text, and their beginnings with the symbol tables. Both are private and were never
    /// writable, unlike read-only data further back, which the dynamic linker may have relocated.
    static func droppableRange(_ line: String) -> Range<UInt>? {
        let fields = line.split(separator: " ", maxSplits: 5)
        guard fields.count == 6, fields[5].drop(while: { $0 == " " }).first == "/" else { return nil }
        guard fields[1] == "r-xp" || (fields[1] == "r--p" && fields[2] == "00000000") else { return nil }
        let bounds = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
        guard bounds.count == 2, bounds[0] < bounds[1] else { return nil }
        return bounds[0]..<bounds[1]
    }
}
