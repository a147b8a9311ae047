import KubeconfigYAML
import Testing

@testable import Kubernetes

@Suite("The way to the API server")
struct AccessTests {
    private static let pod = ["KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "443", "HOME": "/home"]
    private static let account = "/var/run/secrets/kubernetes.io/serviceaccount/"

    @Test("comes from the flag, then KUBECONFIG, then the pod, then the home directory")
    func precedence() {
        var environment = Self.pod
        environment["KUBECONFIG"] = "/a:/b"
        #expect(
            AccessSource.choose(flag: "/flag", environment: environment)
                == .kubeconfig(["/flag"], mayBeMissing: false))
        #expect(
            AccessSource.choose(flag: "", environment: environment) == .kubeconfig(["/a", "/b"], mayBeMissing: true))
        environment["KUBECONFIG"] = ""
        #expect(AccessSource.choose(flag: nil, environment: environment) == .inCluster)
        environment["KUBERNETES_SERVICE_PORT"] = nil
        #expect(
            AccessSource.choose(flag: nil, environment: environment)
                == .kubeconfig(["/home/.kube/config"], mayBeMissing: true))
        #expect(AccessSource.choose(flag: nil, environment: [:]) == nil)
    }

    @Test("in a pod is the service's address and the service account's files")
    func inCluster() async throws {
        let files = Files([Self.account + "token": canary, Self.account + "namespace": "kelos-system\n"])
        let access = try await ClusterAccess.load(environment: Self.pod, readFile: files.read)
        #expect(access.server == "https://10.0.0.1:443")
        #expect(access.authority == .file(Self.account + "ca.crt"))
        #expect(access.credential == .tokenFile(Self.account + "token"))
        #expect(access.namespace == "kelos-system")
        #expect(access.host == "10.0.0.1:443")
    }

    @Test("in an IPv6 cluster has brackets")
    func inClusterIPv6() async throws {
        let environment = ["KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443"]
        let files = Files([Self.account + "token": "t"])
        let access = try await ClusterAccess.load(environment: environment, readFile: files.read)
        #expect(access.server == "https://[fd00::1]:443")
        #expect(access.namespace == nil)
    }

    @Test("in a pod without a token says what to look at")
    func inClusterWithoutToken() async {
        await #expect(
            throws: AccessError(
                .notInCluster,
                "Cannot read \(Self.account)token; does the pod set automountServiceAccountToken: false?")
        ) { try await ClusterAccess.load(environment: Self.pod, readFile: Files([:]).read) }
    }

    @Test("merges the files of KUBECONFIG, the first one winning, and passes over missing ones")
    func mergedFiles() async throws {
        let files = Files([
            "/k/one": """
            {"clusters":[{"name":"c","cluster":{"server":"https://one","certificate-authority":"pki/ca.crt"}}],
             "contexts":[{"name":"x","context":{"cluster":"c","user":"u","namespace":"n"}}]}
            """,
            "/k/two": """
            {"current-context":"x","clusters":[{"name":"c","cluster":{"server":"https://two"}}],
             "users":[{"name":"u","user":{"tokenFile":"token"}}]}
            """,
        ])
        let access = try await ClusterAccess.load(
            environment: ["KUBECONFIG": "/k/missing:/k/one:/k/two"], readFile: files.read)
        #expect(access.server == "https://one")
        #expect(access.authority == .file("/k/pki/ca.crt"))
        #expect(access.credential == .tokenFile("/k/token"))
        #expect(access.namespace == "n")
    }

    @Test("ends in a clear message where files are missing")
    func missingFiles() async {
        await #expect(throws: AccessError(.unreadableFile, "Cannot read the kubeconfig /flag")) {
            try await ClusterAccess.load(flag: "/flag", environment: [:], readFile: Files([:]).read)
        }
        await #expect(throws: AccessError(.unreadableFile, "None of the files in KUBECONFIG can be read")) {
            try await ClusterAccess.load(environment: ["KUBECONFIG": "/a:/b"], readFile: Files([:]).read)
        }
        await #expect(
            throws: AccessError(.notInCluster, "Not in a pod, and neither --kubeconfig, KUBECONFIG nor HOME is set")
        ) { try await ClusterAccess.load(environment: [:], readFile: Files([:]).read) }
    }

    @Test(
        "leads to HTTPS servers and to loopback only",
        arguments: [
            ("https://a.test:6443/", "https://a.test:6443"), ("HTTPS://a.test/prefix//", "https://a.test/prefix"),
            ("http://127.0.0.1:8001", "http://127.0.0.1:8001"), ("http://localhost", "http://localhost"),
            ("http://[::1]:8001", "http://[::1]:8001"),
        ])
    func servers(written: String, server: String) throws {
        #expect(try ClusterAccess(server: written).server == server)
    }

    @Test(
        "is refused for other servers",
        arguments: [
            ("http://10.0.0.1", AccessError.Code.insecure), ("http://127.0.0.1.evil.test", .insecure),
            ("http://localhost.evil.test", .insecure), ("http://127.evil.test.1", .insecure), ("ftp://a", .insecure),
            ("a.test:6443", .malformed), ("", .malformed), ("https://", .malformed), ("https://u:p@a.test", .malformed),
            ("https://a.test?x", .malformed), ("https://a.test/\r\nx: y", .malformed),
        ])
    func refusedServers(server: String, code: AccessError.Code) {
        let error = #expect(throws: AccessError.self) { try ClusterAccess(server: server) }
        #expect(error?.code == code)
    }

    @Test("prints no credential")
    func redaction() throws {
        let access = try ClusterAccess(
            server: "https://a", identity: .init(certificate: .file("/c"), key: .data(Redacted(Array(canary.utf8)))),
            credential: .token(Redacted(canary)))
        var dumped = ""
        dump(access, to: &dumped)
        let bytes = Array(canary.utf8).map(String.init).joined(separator: ", ")
        for text in ["\(access)", String(reflecting: access), dumped] {
            #expect(text.contains("https://a"))
            #expect(!text.contains(canary))
            #expect(!text.contains(bytes))
        }
        #expect(!dumped.contains("- 99"))
    }
}

@Suite("Kubeconfigs")
struct KubeconfigTests {
    private func access(user: String, cluster: String = "server: https://a") throws -> ClusterAccess {
        let yaml = """
            apiVersion: v1
            kind: Config
            current-context: main
            contexts:
            - name: main
              context: {cluster: c, user: u}
            clusters:
            - name: c
              cluster: {\(cluster)}
            users:
            - name: u
              user: {\(user)}
            """
        return try Kubeconfig(Array(yaml.utf8), path: "/home/me/.kube/config", decodeYAML: KubeconfigYAML.json)
            .access(context: nil)
    }

    @Test("give certificates from data or files, data winning")
    func certificates() throws {
        let access = try access(
            user: "client-certificate-data: Y2VydA==, client-certificate: /no, client-key: keys/k.pem",
            cluster: "server: 'https://a:6443', certificate-authority-data: Y2E=, tls-server-name: kubernetes")
        #expect(access.authority == .data(Redacted(Array("ca".utf8))))
        #expect(
            access.identity
                == .init(certificate: .data(Redacted(Array("cert".utf8))), key: .file("/home/me/.kube/keys/k.pem")))
        #expect(access.tlsServerName == "kubernetes")
        #expect(access.credential == .none)
    }

    @Test("give a token, from its file where there is one")
    func tokens() throws {
        #expect(try access(user: "token: 12345").credential == .token(Redacted("12345")))
        #expect(try access(user: "token: abc, tokenFile: t").credential == .tokenFile("/home/me/.kube/t"))
        #expect(try access(user: "").credential == .none)
    }

    @Test(
        "with a way to log in that is not supported are refused by name",
        arguments: [
            ("exec: {command: aws}", "an exec plugin"), ("auth-provider: {name: gcp}", "an auth-provider"),
            ("username: me, password: \(canary)", "a username and password"), ("as: admin", "impersonation"),
        ])
    func unsupportedUsers(user: String, way: String) {
        #expect(
            throws: AccessError(
                .unsupported,
                "The user \"u\" of the kubeconfig logs in by \(way), which is not supported; "
                    + "use a token, a tokenFile or a client certificate")
        ) { try access(user: user) }
    }

    @Test(
        "that would send a credential to an unchecked server, or lack a half, are refused",
        arguments: [
            ("token: t", "server: https://a, insecure-skip-tls-verify: true", AccessError.Code.insecure),
            ("token: t", "server: http://a", .insecure),
            ("token: t", "server: https://a, proxy-url: http://p", .unsupported),
            ("client-key-data: \(canary)", "server: https://a", .malformed),
            ("client-key: /k", "server: https://a", .malformed), ("token: t", "certificate-authority: /ca", .malformed),
        ])
    func refusals(user: String, cluster: String, code: AccessError.Code) {
        let error = #expect(throws: AccessError.self) { try access(user: user, cluster: cluster) }
        #expect(error?.code == code)
        #expect(error?.message.contains(canary) == false)
    }

    @Test("name the entry that is missing")
    func missingEntries() throws {
        let json = #"{"current-context":"x","contexts":[{"name":"x","context":{"cluster":"c","user":"u"}}]}"#
        var config = try Kubeconfig(Array(json.utf8), path: "/k", decodeYAML: nil)
        func message(_ context: String?) -> String? {
            #expect(throws: AccessError.self) { try config.access(context: context) }?.message
        }
        #expect(message("y") == #"The kubeconfig has no context "y""#)
        #expect(message(nil) == #"The kubeconfig has no cluster "c", which the context "x" names"#)
        config.clusters["c"] = .init(server: "https://a")
        #expect(message(nil) == #"The kubeconfig has no user "u", which the context "x" names"#)
        config.currentContext = ""
        #expect(
            message(nil) == "The kubeconfig has no current-context; set one with: kubectl config use-context")
    }

    @Test("in YAML want a program that reads it, and say how to convert")
    func yamlWithoutReader() {
        #expect(
            throws: AccessError(
                .unsupported,
                "The kubeconfig /k is YAML, which this program does not read; "
                    + "convert it with: kubectl config view --raw --minify --output=json")
        ) { try Kubeconfig(Array("a: b".utf8), path: "/k", decodeYAML: nil) }
    }

    @Test("that cannot be read are not quoted", arguments: ["{\"token\": \"\(canary)", "a: [\(canary)", "- \(canary)"])
    func malformed(text: String) {
        let error = #expect(throws: AccessError.self) {
            try Kubeconfig(Array(text.utf8), path: "/k", decodeYAML: KubeconfigYAML.json)
        }
        #expect(error?.code == .malformed)
        #expect(error?.message.contains(canary) == false)
        #expect(error?.message.hasPrefix("The kubeconfig /k is ") == true)
    }
}

@Suite("Kubeconfigs in YAML")
struct KubeconfigYAMLTests {
    @Test(
        "become JSON",
        arguments: [
            ("", "{}"), ("a: b", #"{"a":"b"}"#), ("a: 010\nb: 1.5", #"{"a":"010","b":"1.5"}"#),
            ("a: true\nb: 'true'\nc: ~\nd:", #"{"a":true,"b":"true","c":null,"d":null}"#),
            ("- {x: [1, \"q\\\"\"]}", #"[{"x":["1","q\""]}]"#), ("a: |\n  l1\n  l2", #"{"a":"l1\nl2"}"#),
            ("a: &x {b: c}\nd: *x", #"{"a":{"b":"c"},"d":{"b":"c"}}"#),
        ])
    func conversion(yaml: String, json: String) throws {
        #expect(try String(decoding: KubeconfigYAML.json(from: Array(yaml.utf8)), as: UTF8.self) == json)
    }

    @Test("do not grow without bound")
    func bounds() {
        var bomb =
            "a0: &a0 [" + Array(repeating: String(repeating: "x", count: 5000), count: 10).joined(separator: ",")
            + "]\n"
        for level in 1..<9 {
            bomb +=
                "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ",") + "]\n"
        }
        #expect(throws: KubeconfigYAML.Failure.tooLarge) { try KubeconfigYAML.json(from: Array(bomb.utf8)) }
        let deep = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
        #expect(throws: KubeconfigYAML.Failure.tooDeep) { try KubeconfigYAML.json(from: Array(deep.utf8)) }
        #expect(throws: KubeconfigYAML.Failure.notText) { try KubeconfigYAML.json(from: [0xFF, 0xFE, 0x41]) }
        #expect(throws: KubeconfigYAML.Failure.keyIsNotText) { try KubeconfigYAML.json(from: Array("[a]: b".utf8)) }
    }
}
