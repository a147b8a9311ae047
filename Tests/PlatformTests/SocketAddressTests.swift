import Platform
import Testing

@Suite("An address to listen on or to connect to")
struct SocketAddressTests {
    @Test(
        "is written as people write it, IPv6 in brackets",
        arguments: [
            (nil, ":9443"), ("127.0.0.1", "127.0.0.1:9443"), ("::1", "[::1]:9443"), ("fe80::1", "[fe80::1]:9443"),
        ] as [(String?, String)])
    func text(host: String?, expected: String) {
        #expect(SocketAddress(host: host, port: 9443).description == expected)
    }

    @Test(
        "is reached over loopback where it stands for every address",
        arguments: [
            (nil, "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("::", "::1"), ("::1", "::1"), ("10.0.0.7", "10.0.0.7"),
        ] as [(String?, String)])
    func loopback(host: String?, expected: String) {
        #expect(SocketAddress(host: host, port: 1).loopback == SocketAddress(host: expected, port: 1))
    }

    @Test("is refused by name when it is no IP address", arguments: ["localhost", "127.0.0.1.1", "[::1]", ""])
    func notAnAddress(host: String) {
        let error = #expect(throws: SystemError.self) {
            _ = try ListeningSocket(SocketAddress(host: host, port: 0))
        }
        #expect(error?.description == "\"\(host)\" is not an IP address: Invalid argument")
    }
}
