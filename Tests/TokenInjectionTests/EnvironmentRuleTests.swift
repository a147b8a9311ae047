import Testing
import TokenInjection

@Suite struct EnvironmentRuleTests {
    private static let volume = #","volumes":[{"name":"kelos-github-token","secret":{"secretName":"s"}}]"#
    private static let mount =
        #","volumeMounts":[{"name":"kelos-github-token","mountPath":"/kelos/github-token","readOnly":true}]"#

    /// The operations for a container that lacks neither volume nor mount.
    private func planned(_ env: String) throws -> Planned {
        let container = #"{"name":"a","env":[\#(tokenVariable())\#(env)]\#(Self.mount)}"#
        return try TokenInjectionTests.planned(taskPod(container, more: Self.volume))
    }

    private func added(_ planned: Planned) -> [String] {
        planned.operations.compactMap { operation in
            operation.firstMatch(of: /"name":"([A-Z_0-9]+)"/).map { String($0.1) }
        }
    }

    @Test("The file's variable is added, or replaced in place with a warning")
    func tokenFile() throws {
        let right = #",{"name":"KELOS_GITHUB_TOKEN_FILE","value":"/kelos/github-token/GITHUB_TOKEN"}"#
        let wrong = #",{"name":"KELOS_GITHUB_TOKEN_FILE","value":"/tmp/x"}"#
        let gh = "," + tokenVariable("GH_TOKEN")
        #expect(try planned(gh + right).skipped == .alreadyWired)
        #expect(try planned(gh + wrong + right).skipped == .alreadyWired)
        let replaced = try planned(gh + right + wrong)
        #expect(
            replaced.patch
                == #"[{"op":"replace","path":"/spec/containers/0/env/3","value":{"name":"KELOS_GITHUB_TOKEN_FILE","#
                + #""value":"/kelos/github-token/GITHUB_TOKEN"}}]"#)
        #expect(
            replaced.plan.warnings == [
                "Container \"a\" sets KELOS_GITHUB_TOKEN_FILE to something else: it is replaced by "
                    + "/kelos/github-token/GITHUB_TOKEN."
            ])
        let elsewhere = #",{"name":"KELOS_GITHUB_TOKEN_FILE","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}"#
        #expect(try planned(gh + elsewhere).patch.hasPrefix(#"[{"op":"replace","path":"/spec/containers/0/env/2","#))
    }

    @Test(
        "The variable that gh reads depends on the host",
        arguments: [
            (nil, "GH_TOKEN"), ("", "GH_TOKEN"), ("github.com", "GH_TOKEN"), ("GitHub.COM", "GH_TOKEN"),
            ("www.github.com", "GH_TOKEN"), ("acme.ghe.com", "GH_TOKEN"), ("ACME.GHE.com", "GH_TOKEN"),
            ("ghes.example", "GH_ENTERPRISE_TOKEN"), ("ghes:8443", "GH_ENTERPRISE_TOKEN"),
            ("ghe.com", "GH_ENTERPRISE_TOKEN"), ("notghe.com", "GH_ENTERPRISE_TOKEN"),
        ] as [(String?, String)])
    func hosts(_ host: String?, _ variable: String) throws {
        let env = host.map { #",{"name":"GH_HOST","value":"\#($0)"}"# } ?? ""
        let planned = try planned(env)
        #expect(added(planned) == [variable, "KELOS_GITHUB_TOKEN_FILE"])
        #expect(planned.plan.warnings.isEmpty)
        #expect(
            added(try self.planned(env + #",{"name":"\#(variable)","value":"mine"}"#)) == ["KELOS_GITHUB_TOKEN_FILE"])
    }

    @Test(
        "A host that cannot be told adds nothing for gh, and says so",
        arguments: [
            #""value":"$(HOST)""#, #""valueFrom":{"configMapKeyRef":{"name":"c","key":"k"}}"#, #""value":"a b""#,
            #""value":"host:0""#, #""value":"host:65536""#, #""value":"a..b""#, #""value":"-a""#, #""value":"h\u0000""#,
            #""value":"\u00e9""#,
        ])
    func unknownHosts(_ value: String) throws {
        let planned = try planned(#",{"name":"GH_HOST",\#(value)}"#)
        #expect(added(planned) == ["KELOS_GITHUB_TOKEN_FILE"])
        #expect(planned.plan.warnings.count == 1)
    }

    @Test("A variable that is there is never touched, whatever it holds")
    func untouched() throws {
        let pod = taskPod(
            #"{"name":"a","env":[{"name":"GITHUB_TOKEN","value":"mine"},{"name":"GH_TOKEN"}]}"#,
            annotations: #""kelos.dev/github-token-secret":"s""#)
        let names = added(try TokenInjectionTests.planned(pod))
        #expect(!names.contains("GITHUB_TOKEN") && !names.contains("GH_TOKEN"))
        #expect(try !TokenInjectionTests.planned(pod).patch.contains("\"op\":\"replace\""))
    }
}
