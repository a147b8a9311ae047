import Testing
import TokenInjection

@Suite struct GitWiringTests {
    /// Path and name of each operation on the environment that is about git.
    private func git(_ env: String, host: String? = nil) throws -> (operations: [String], plan: Planned) {
        let host = host.map { #",{"name":"GH_HOST","value":"\#($0)"},\#(tokenVariable("GH_ENTERPRISE_TOKEN"))"# } ?? ""
        let planned = try planned(taskPod(wantingContainer(env: host + env)))
        let operations = planned.operations.compactMap { operation in
            operation.firstMatch(
                of: /"op":"([a-z]+)","path":".*\/env\/([0-9-]+)".*"name":"(GIT_[A-Z_0-9]+)","value":"(.*)"}}$/
            )
            .map { "\($0.1) \($0.2) \($0.3)=\($0.4.prefix(49))" }
        }
        return (operations, planned)
    }

    @Test("Three settings for github.com: no helper, our helper, a user name")
    func settings() throws {
        #expect(
            try git("").operations == [
                "add - GIT_CONFIG_COUNT=3",
                "add - GIT_CONFIG_KEY_0=credential.https://github.com.helper",
                "add - GIT_CONFIG_VALUE_0=",
                "add - GIT_CONFIG_KEY_1=credential.https://github.com.helper",
                #"add - GIT_CONFIG_VALUE_1=!f() { test \"$1\" = get || return 0; t=; test -r"#,
                "add - GIT_CONFIG_KEY_2=credential.https://github.com.username",
                "add - GIT_CONFIG_VALUE_2=x-access-token",
            ])
    }

    @Test("The helper is the same to the last byte, and holds nothing that Kubernetes expands")
    func helper() throws {
        let patch = try planned(taskPod(wantingContainer())).patch
        let helper =
            #"!f() { test \"$1\" = get || return 0; t=; test -r /kelos/github-token/GITHUB_TOKEN && IFS= read -r t "#
            + #"</kelos/github-token/GITHUB_TOKEN; test -n \"$t\" || t=$GITHUB_TOKEN; test -n \"$t\" && "#
            + #"printf 'password=%s\\n' \"$t\"; return 0; }; f"#
        #expect(patch.contains(#"{"name":"GIT_CONFIG_VALUE_1","value":"\#(helper)"}"#))
        #expect(!patch.contains("$("))
    }

    @Test(
        "The host of GH_HOST, lower case and without www",
        arguments: [
            ("GHES.example", "ghes.example"), ("www.ghes.example:8443", "ghes.example:8443"),
            ("acme.ghe.com", "acme.ghe.com"),
        ])
    func hosts(_ host: String, _ name: String) throws {
        let keys = try git("", host: host).operations.filter { $0.contains("_KEY_") }
        #expect(
            keys == [
                "add - GIT_CONFIG_KEY_0=credential.https://\(name).helper",
                "add - GIT_CONFIG_KEY_1=credential.https://\(name).helper",
                "add - GIT_CONFIG_KEY_2=credential.https://\(name).username",
            ])
    }

    @Test("A count that is there is continued, and dead entries beyond it are replaced")
    func continued() throws {
        let env = #"""
            ,{"name":"GIT_CONFIG_COUNT","value":"1"},{"name":"GIT_CONFIG_KEY_0","value":"user.name"},\#
            {"name":"GIT_CONFIG_VALUE_0","value":"x"},{"name":"GIT_CONFIG_VALUE_2","value":"dead"},\#
            {"name":"GIT_CONFIG_VALUE_2","value":"dead"},{"name":"GIT_CONFIG_KEY_3","value":"dead"}
            """#
        #expect(
            try git(env).operations.map { $0.prefix { $0 != "=" } } == [
                "replace 2 GIT_CONFIG_COUNT", "add - GIT_CONFIG_KEY_1", "add - GIT_CONFIG_VALUE_1",
                "add - GIT_CONFIG_KEY_2", "replace 6 GIT_CONFIG_VALUE_2", "replace 7 GIT_CONFIG_KEY_3",
                "add - GIT_CONFIG_VALUE_3",
            ])
        #expect(try git(env).operations.first == "replace 2 GIT_CONFIG_COUNT=4")
    }

    @Test(
        "Counts that git takes are continued",
        arguments: [("0", 3), ("", 3), ("007", 10), ("1000", 1003)])
    func counts(_ count: String, _ sum: Int) throws {
        let operations = try git(#",{"name":"GIT_CONFIG_COUNT","value":"\#(count)"}"#).operations
        #expect(operations.first == "replace 2 GIT_CONFIG_COUNT=\(sum)")
    }

    @Test(
        "With any other count git is left as it is, and the author is told",
        arguments: [
            #""value":"1001""#, #""value":"99999""#, #""value":"-1""#, #""value":"+1""#, #""value":" 1""#,
            #""value":"1x""#,
            #""value":"$(N)""#, #""valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}"#, #""value":7"#,
        ])
    func strangeCounts(_ value: String) throws {
        let (operations, plan) = try git(#",{"name":"GIT_CONFIG_COUNT",\#(value)}"#)
        #expect(operations.isEmpty)
        #expect(plan.plan.warnings.count == 1)
        #expect(plan.plan.warnings.first?.contains("GIT_CONFIG_COUNT") == true)
        #expect(plan.facts != nil)
    }

    @Test("A container that came with the mount is not told about git")
    func mounted() throws {
        let mount = #","volumeMounts":[{"name":"kelos-github-token","mountPath":"/kelos/github-token"}]"#
        let planned = try planned(taskPod(wantingContainer(more: mount)))
        #expect(planned.facts != nil && !planned.patch.contains("GIT_CONFIG"))
    }
}
