internal import CLinux

/// Settings of the process's memory allocator.
package enum ProcessMemory {
    /// Blocks from this size on come from mmap and go back to the kernel when freed: review bodies above the common
    /// size. glibc would otherwise raise this threshold to the largest body seen and keep that memory.
    private static let mappedBlockBytes: Int32 = 256 * 1024

    /// Two arenas serve two event loops; glibc's default of eight per core multiplies the idle footprint.
    private static let arenas: Int32 = 2

    /// Keeps resident memory near what is in use. Called once, before threads start.
    package static func boundFootprint() {
        _ = mallopt(M_MMAP_THRESHOLD, mappedBlockBytes)
        _ = mallopt(M_ARENA_MAX, arenas)
    }
}
