import Platform
import Testing

@Suite("The addresses of a host")
struct HostLookupTests {
    @Test("of an address is that address", arguments: ["127.0.0.1", "::1"])
    func address(host: String) async throws {
        #expect(
            try await HostLookup.addresses(of: host, port: 9443, limit: 4) == [SocketAddress(host: host, port: 9443)])
    }

    @Test("of localhost are loopback's, no more than asked for")
    func localhost() async throws {
        let all = try await HostLookup.addresses(of: "localhost", port: 1, limit: 8)
        #expect(!all.isEmpty && all.allSatisfy { $0.host == "127.0.0.1" || $0.host == "::1" })
        #expect(try await HostLookup.addresses(of: "localhost", port: 1, limit: 0) == [])
    }

    @Test("of a name that is none is a failure that says so")
    func unknown() async throws {
        let error = await #expect(throws: HostLookup.Failure.self) {
            try await HostLookup.addresses(of: "no name", port: 1, limit: 1)
        }
        #expect(error?.description.hasPrefix("cannot resolve the name: ") == true)
    }
}
