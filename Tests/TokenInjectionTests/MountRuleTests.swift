import Testing
import TokenInjection

@Suite struct MountRuleTests {
    private func planned(_ mounts: String...) throws -> Planned {
        try TokenInjectionTests.planned(
            taskPod(wantingContainer(more: #","volumeMounts":[\#(mounts.joined(separator: ","))]"#)))
    }

    private func adds(_ planned: Planned) -> Bool { planned.patch.contains("/volumeMounts/-") }

    @Test(
        "The token's mount is recognised however its path is written",
        arguments: [
            "/kelos/github-token", "/kelos/github-token/", "//kelos//github-token//", "/kelos/./github-token/.",
            "/kelos/x/../github-token", "/../kelos/github-token", "kelos/github-token", "./kelos/github-token",
            #"\/kelos\/github-token"#,
        ])
    func present(_ path: String) throws {
        let planned = try planned(#"{"name":"kelos-github-token","mountPath":"\#(path)"}"#)
        #expect(planned.facts != nil && !adds(planned))
        #expect(planned.plan.warnings.isEmpty)
        let foreign = try self.planned(#"{"name":"other","mountPath":"\#(path)"}"#)
        #expect(foreign.violations.map(\.reason) == [.mountCollision])
        #expect(foreign.violations.map(\.field) == ["spec.containers[0].volumeMounts[0].mountPath"])
    }

    @Test(
        "Paths beside it are nobody's business",
        arguments: [
            "/workspace", "/kelos/bin", "/kelos/github-tokens", "/kelos/github-toke", "/kelos/github-token/..",
            "/kelos/github-token/../x", "/kelosx", "/", ".", "..", "/a/kelos/github-token", "/github-token", "",
        ])
    func apart(_ path: String) throws {
        let planned = try planned(#"{"name":"other","mountPath":"\#(path)"}"#)
        #expect(adds(planned))
        // `/kelos/github-token/..` is `/kelos`, which lies above.
        #expect(planned.plan.warnings.isEmpty == (path != "/kelos/github-token/.."))
    }

    @Test("Nothing may be mounted below it", arguments: ["/kelos/github-token/x", "kelos/github-token/a/../b/"])
    func below(_ path: String) throws {
        for name in ["other", "kelos-github-token"] {
            let planned = try planned(#"{"name":"\#(name)","mountPath":"\#(path)"}"#)
            #expect(planned.violations.map(\.reason) == [.mountCollision])
        }
    }

    @Test("A mount above it gives a warning", arguments: ["/kelos", "/kelos/", "kelos/./"])
    func above(_ path: String) throws {
        let planned = try planned(#"{"name":"other","mountPath":"\#(path)"}"#)
        #expect(adds(planned))
        #expect(
            planned.plan.warnings == [
                "Container \"kelos-agent\" mounts a volume at \"\(path)\", above /kelos/github-token, where the GitHub "
                    + "token is mounted."
            ])
    }

    @Test("A subPath of the token is refused, for it is never renewed", arguments: ["subPath", "subPathExpr"])
    func subPath(_ field: String) throws {
        for path in ["/kelos/github-token", "/kelos/github-token/GITHUB_TOKEN"] {
            let planned = try planned(#"{"name":"kelos-github-token","mountPath":"\#(path)","\#(field)":"x"}"#)
            #expect(planned.violations.map(\.reason) == [.subPathMount])
            #expect(planned.violations.map(\.field) == ["spec.containers[0].volumeMounts[0].\(field)"])
        }
        let empty = try planned(#"{"name":"kelos-github-token","mountPath":"/kelos/github-token","\#(field)":""}"#)
        #expect(empty.violations.isEmpty)
    }

    @Test("The token may be mounted elsewhere as well; containers that are not wired may do as they like")
    func elsewhere() throws {
        #expect(adds(try planned(#"{"name":"kelos-github-token","mountPath":"/elsewhere","subPath":"x"}"#)))
        let other = #",{"name":"db","volumeMounts":[{"name":"x","mountPath":"/kelos/github-token"}]}"#
        #expect(try TokenInjectionTests.planned(taskPod(wantingContainer() + other)).facts?.containers == "kelos-agent")
    }
}
