import Settings
import Testing

@Suite("Bind addresses")
struct BindAddressTests {
    @Test(
        "are read and printed back canonically",
        arguments: [
            ("0", BindAddress.off, "0"),
            (":8080", .listen(nil, port: 8080), ":8080"),
            (":0", .listen(nil, port: 0), ":0"),
            ("127.0.0.1:8080", .listen(.v4(0x7F00_0001), port: 8080), "127.0.0.1:8080"),
            ("localhost:9443", .listen(.v4(0x7F00_0001), port: 9443), "127.0.0.1:9443"),
            ("0.0.0.0:65535", .listen(.v4(0), port: 65535), "0.0.0.0:65535"),
            ("[::]:8080", .listen(.v6(0), port: 8080), "[::]:8080"),
            ("[::1]:1", .listen(.v6(1), port: 1), "[::1]:1"),
            (
                "[2001:DB8:0:0:1:0:0:1]:443", .listen(.v6(0x2001_0db8_0000_0000_0001_0000_0000_0001), port: 443),
                "[2001:db8::1:0:0:1]:443"
            ),
            ("[::ffff:192.0.2.1]:443", .listen(.v6(0xffff_c000_0201), port: 443), "[::ffff:c000:201]:443"),
        ])
    func parsing(text: String, address: BindAddress, printed: String) throws {
        #expect(try BindAddress(argument: text) == address)
        #expect(address.description == printed)
        #expect(try BindAddress(argument: printed) == address)
    }

    @Test(
        "that cannot be listened on are refused with examples",
        arguments: [
            "", "8080", "9443", ":", ":65536", ":-1", ":+1", ":http", "example.com:80", "127.0.0.1", "::1:80", "[::1]",
            "[127.0.0.1]:80", "256.0.0.1:80", "01.0.0.1:80", "1.2.3:80", "[::1%eth0]:80", "[1::2::3]:80", "[:::]:80",
            "[1:2:3:4:5:6:7]:80", "[1:2:3:4:5:6:7:8:9]:80", "[12345::]:80", "[::1.2.3.4:5]:80", "[1.2.3.4::]:80",
            "[1:2:3:4:5:6:7:8::]:80", "[]:80", " :80",
        ])
    func refusals(text: String) {
        let error = #expect(throws: SettingError.self) { try BindAddress(argument: text) }
        #expect(
            error?.description.hasSuffix(
                "write for example :9443, 127.0.0.1:9443 or [::1]:9443, or 0 to switch it off") == true)
    }

    @Test("give their bytes in network order")
    func bytes() throws {
        #expect(IPAddress.v4(0x7F00_0001).bytes == [127, 0, 0, 1])
        #expect(
            IPAddress(literal: "2001:db8::ff")?.bytes == [0x20, 1, 0x0d, 0xb8] + Array(repeating: 0, count: 11) + [0xff]
        )
    }

    @Test(
        "print IPv6 by RFC 5952",
        arguments: [
            ("0:0:0:0:0:0:0:0", "::"), ("1:0:0:0:0:0:0:0", "1::"), ("0:0:1:0:0:0:1:0", "0:0:1::1:0"),
            ("1:0:1:1:1:1:1:1", "1:0:1:1:1:1:1:1"), ("0:0:1:1:0:0:1:1", "::1:1:0:0:1:1"), ("FE80::A", "fe80::a"),
        ])
    func canonicalText(text: String, canonical: String) {
        #expect(IPAddress(literal: text)?.description == canonical)
    }
}
