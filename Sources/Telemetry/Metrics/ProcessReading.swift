/// What the kernel says about this process, as the text of its files; whoever may do I/O reads them.
package struct ProcessReading: Sendable {
    /// `/proc/self/stat`
    package var status: [UInt8]
    /// `/proc/self/limits`
    package var limits: [UInt8]
    /// `/proc/stat`, for the time of boot; it never changes, so one read per process is enough.
    package var systemStatus: [UInt8]
    /// `/proc/self/net/netstat`: of the network namespace, which in a pod is the pod's.
    package var networkStatus: [UInt8]
    /// Entries of `/proc/self/fd`, nil when unreadable.
    package var openFileDescriptors: Int?
    /// `sysconf(_SC_CLK_TCK)`
    package var ticksPerSecond: Int
    /// `sysconf(_SC_PAGESIZE)` in bytes
    package var pageSize: Int

    package init(
        status: [UInt8], limits: [UInt8], systemStatus: [UInt8], networkStatus: [UInt8], openFileDescriptors: Int?,
        ticksPerSecond: Int, pageSize: Int
    ) {
        self.status = status
        self.limits = limits
        self.systemStatus = systemStatus
        self.networkStatus = networkStatus
        self.openFileDescriptors = openFileDescriptors
        self.ticksPerSecond = max(1, ticksPerSecond)
        self.pageSize = max(1, pageSize)
    }

    /// The metrics of client_golang's process collector, in the order of `values`.
    package static let metrics: [ComputedMetric] = [
        .counter("process_cpu_seconds_total", help: "Total user and system CPU time spent in seconds."),
        .gauge("process_resident_memory_bytes", help: "Resident memory size in bytes."),
        .gauge("process_virtual_memory_bytes", help: "Virtual memory size in bytes."),
        .gauge("process_virtual_memory_max_bytes", help: "Maximum amount of virtual memory available in bytes."),
        .gauge("process_start_time_seconds", help: "Start time of the process since unix epoch in seconds."),
        .gauge("process_open_fds", help: "Number of open file descriptors."),
        .gauge("process_max_fds", help: "Maximum number of open file descriptors."),
        .counter(
            "process_network_receive_bytes_total", help: "Number of bytes received by the process over the network."),
        .counter(
            "process_network_transmit_bytes_total", help: "Number of bytes sent by the process over the network."),
    ]

    /// One value per entry of `metrics`; nil where the kernel's text could not be read.
    package var values: [Double?] {
        let process = ProcessStatus(parsing: status)
        let ticks = Double(ticksPerSecond)
        let start: Double? =
            if let process, let boot = BootTime.seconds(in: systemStatus) {
                Double(boot) + Double(process.startTicks) / ticks
            } else {
                nil
            }
        return [
            process.map { Double($0.cpuTicks) / ticks },
            process.map { Double($0.residentPages) * Double(pageSize) },
            process.map { Double($0.virtualBytes) },
            ProcessLimits.soft("Max address space", in: limits),
            start,
            openFileDescriptors.map { Double($0) },
            ProcessLimits.soft("Max open files", in: limits),
            NetworkOctets.count("InOctets", in: networkStatus),
            NetworkOctets.count("OutOctets", in: networkStatus),
        ]
    }
}
