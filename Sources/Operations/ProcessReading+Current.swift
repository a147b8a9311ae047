internal import Platform
package import Telemetry

extension ProcessReading {
    /// What the kernel says about this process now.
    package static func current() -> ProcessReading {
        ProcessReading(
            status: ProcessFiles.read("/proc/self/stat"), limits: ProcessFiles.read("/proc/self/limits"),
            systemStatus: ProcessFiles.read("/proc/stat"), networkStatus: ProcessFiles.read("/proc/self/net/netstat"),
            openFileDescriptors: ProcessFiles.openCount,
            ticksPerSecond: ProcessFiles.clockTicksPerSecond, pageSize: ProcessFiles.pageBytes)
    }
}
