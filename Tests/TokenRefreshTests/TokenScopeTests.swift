import Testing
import TokenRefresh

@Suite struct TokenScopeTests {
    private func scope(_ repositories: String?, _ permissions: String? = nil) throws -> TokenScope {
        try TokenScope(
            RefreshConfiguration(appSecret: "app", repositories: repositories, permissions: permissions))
    }

    @Test("Without annotations, all that the installation has is asked for")
    func all() throws {
        #expect(try scope(nil) == TokenScope())
    }

    @Test("Repositories are named with or without owner, or numbered")
    func repositories() throws {
        #expect(try scope("a, o/my.repo ,b_c").repositories == .named(["a", "my.repo", "b_c"]))
        #expect(try scope("12,345").repositories == .numbered([12, 345]))
        #expect(try scope("o/123").repositories == .named(["123"]))
    }

    @Test("Permissions have a level each")
    func permissions() throws {
        #expect(
            try scope(nil, "contents=write, pull_requests = read,x=admin").permissions
                == ["contents": .write, "pull_requests": .read, "x": .admin])
    }

    @Test(
        "A limit that cannot be read never becomes none",
        arguments: [
            ("a,,b", nil), (",", nil), (" ", nil), ("1,a", nil), ("a/b/c", nil), ("a b", nil), ("a/", nil),
            (String(repeating: "a,", count: 500) + "a", nil), (nil, " "), (nil, "contents"), (nil, "contents=none"),
            (nil, "contents=read,contents=write"), (nil, "=read"), (nil, "Contents=read"), (nil, "a=read,"),
        ] as [(String?, String?)])
    func refuses(_ repositories: String?, _ permissions: String?) {
        let failure = #expect(throws: RefreshFailure.self) { try scope(repositories, permissions) }
        #expect(failure?.cause == .invalidScope)
        #expect(failure?.failureClass == .permanent)
    }
}
