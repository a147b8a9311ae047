import Kubernetes
import Platform
import Sandbox
import TLS
import Testing

@testable import RefresherService

@Suite("A webhook configuration, read for its certificates")
struct WebhookRegistrationTests {
    private static func read(_ webhooks: String) throws -> WebhookRegistration {
        try WebhookRegistration(Array(#"{"metadata":{"resourceVersion":"7"},"webhooks":\#(webhooks)}"#.utf8))
    }

    @Test("has the names under which the API server calls, and those that could never be one are left out")
    func names() throws {
        let registration = try Self.read(
            #"""
            [{"clientConfig":{"service":{"name":"w","namespace":"n","port":8443}}},
             {"clientConfig":{"url":"https://hooks.example:9443/x"}}, {"clientConfig":{"url":"https://[::1]:9443/x"}},
             {"clientConfig":{"url":"https://a,b.example/"}}, {"clientConfig":{"url":"http://plain.example/"}},
             {"clientConfig":{"service":{"name":"a b","namespace":"n"}}},
             {"clientConfig":{"service":{"name":"w","namespace":"n","port":8443,"path":"/other"}}},
             {"clientConfig":null}, {}]
            """#)
        #expect(registration.entries.count == 9)
        #expect(registration.hosts == ["w.n.svc", "w.n.svc.cluster.local", "hooks.example", "::1"])
        #expect(registration.targets.count == 5)
    }

    @Test("is patched in the bundles of some entries only, by their places and under its version")
    func patch() throws {
        let registration = try Self.read("[{},{},{}]")
        #expect(
            String(decoding: registration.patch([[1, 2], nil, [3]]), as: UTF8.self)
                == #"[{"op":"replace","path":"/metadata/resourceVersion","value":"7"},"#
                + #"{"op":"add","path":"/webhooks/0/clientConfig/caBundle","value":"AQI="},"#
                + #"{"op":"add","path":"/webhooks/2/clientConfig/caBundle","value":"Aw=="}]"#)
    }

    @Test("has no certificates where the bundle is none")
    func bundles() throws {
        let authority = try CertificateAuthority(name: "a", validity: 0...9)
        let text = Base64Text.encoded(authority.certificate)
        let registration = try Self.read(
            #"[{"clientConfig":{"caBundle":"\#(text)"}},{"clientConfig":{"caBundle":"Cg=="}},{"clientConfig":{"caBundle":"?"}}]"#
        )
        #expect(registration.entries.map(\.bundle.count) == [1, 0, 0])
        #expect(registration.entries[0].authorities == authority.certificate)
    }

    @Test("is refused when it is something else", arguments: ["", "[]", "{}", #"{"metadata":{}}"#, "{\"metadata\":"])
    func refused(body: String) {
        #expect(throws: CertificateProblem.self) { try WebhookRegistration(Array(body.utf8)) }
    }

    @Test("is refused when it holds more webhooks than anybody has")
    func tooMany() {
        let many = "[" + Array(repeating: "{}", count: 257).joined(separator: ",") + "]"
        #expect(throws: CertificateProblem.self) { try Self.read(many) }
    }
}

@Suite("The replicas behind a Service")
struct EndpointListTests {
    private static let endpoints = Array(
        #"""
        {"subsets":[
          {"addresses":[{"ip":"10.0.0.1"},{}],"notReadyAddresses":[{"ip":"fd00::2"}],
           "ports":[{"name":"metrics","port":8080},{"name":"hook","port":9443}]},
          {"addresses":[{"ip":"10.0.0.3"}],"ports":[{"name":"hook","port":70000},{"name":"hook","port":9444}]},
          {"addresses":[{"ip":"10.0.0.4"}]}, 7]}
        """#.utf8)

    @Test("are those of its port, ready or not")
    func addresses() throws {
        let service = Array(#"{"spec":{"ports":[{"port":8080,"name":"metrics"},{"port":443,"name":"hook"}]}}"#.utf8)
        let list = try EndpointList(Self.endpoints, of: try ServicePort(service, number: 443))
        #expect(list.addresses.map { "\($0)" } == ["10.0.0.1:9443", "[fd00::2]:9443", "10.0.0.3:9444"])
    }

    @Test("cannot be found for a port that the Service does not have")
    func noPort() {
        let error = #expect(throws: KubernetesError.self) {
            try ServicePort(Array(#"{"spec":{"ports":[{"port":80}]}}"#.utf8), number: 443)
        }
        #expect(error?.message == "The Service has no port 443, which the webhook's clientConfig names")
    }
}
