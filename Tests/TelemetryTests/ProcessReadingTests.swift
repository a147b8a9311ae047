import Testing

@testable import Telemetry

@Suite("Process metrics")
struct ProcessReadingTests {
    private static let status =
        "4242 (kelos (a) b) S 1 4242 4242 0 -1 4194560 1204 0 3 0 150 50 0 0 20 0 5 0 200 123904000 2750 "
        + "18446744073709551615 1 1 0 0 0 0 0 4096 17475 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
    private static let limits = """
        Limit                     Soft Limit           Hard Limit           Units
        Max cpu time              unlimited            unlimited            seconds
        Max open files            1024                 524288               files
        Max address space         unlimited            unlimited            bytes

        """
    private static let network = "TcpExt: A B\nTcpExt: 1 2\nIpExt: InNoRoutes InOctets OutOctets\nIpExt: 0 7000 900\n"
    private static let system = "cpu  1 2 3\nctxt 99\nbtime 1700000000\nprocesses 5\n"

    private func reading(
        status: String = status, limits: String = limits, system: String = system, network: String = network,
        files: Int? = 12
    ) -> ProcessReading {
        ProcessReading(
            status: Array(status.utf8), limits: Array(limits.utf8), systemStatus: Array(system.utf8),
            networkStatus: Array(network.utf8), openFileDescriptors: files, ticksPerSecond: 100, pageSize: 4096)
    }

    @Test("are computed from the kernel's text")
    func values() {
        #expect(
            reading().values == [
                2, 2750 * 4096, 123_904_000, 18_446_744_073_709_551_616, 1_700_000_002, 12, 1024, 7000, 900,
            ])
        #expect(reading().values.count == ProcessReading.metrics.count)
    }

    @Test("that cannot be read are absent, the others stay")
    func missing() {
        #expect(
            reading(status: "gone", limits: "", network: "IpExt: InOctets", files: nil).values
                == [nil, nil, nil, nil, nil, nil, nil, nil, nil])
        #expect(
            reading(system: "").values == [
                2, 2750 * 4096, 123_904_000, 18_446_744_073_709_551_616, nil, 12, 1024, 7000, 900,
            ])
    }

    @Test("text cut at any byte is survived")
    func truncation() {
        let whole = Array(Self.status.utf8)
        for end in whole.indices {
            let status = ProcessStatus(parsing: Array(whole[..<end]))
            if let status { #expect(status.cpuTicks == 200) }
        }
    }
}
