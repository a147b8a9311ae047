import Testing
import TokenInjection

@Suite struct KelosMountTests {
    private static let taken =
        "/kelos/github-token and what is below it is reserved for the GitHub token; mount this volume elsewhere"
    private static let token =
        #""env":[{"name":"GITHUB_TOKEN","valueFrom":{"secretKeyRef":{"name":"s","key":"GITHUB_TOKEN"}}}],"#

    private func mount(_ path: String, _ volume: String = "cache", more: String = "") -> String {
        #"{"volumeMounts":[{"name":"w","mountPath":"/w"},{"name":"\#(volume)","mountPath":"\#(path)"\#(more)}]}"#
    }

    private func inContainer(_ list: String, _ overrides: String, env: String = "") -> String {
        #"{"\#(list)":[{"name":"first"},{"name":"db",\#(env)\#(overrides.dropFirst())]}"#
    }

    private static let hits = [
        "/kelos/github-token", "/kelos/github-token/", "//kelos//github-token", "/kelos/./github-token/.",
        "/kelos/x/../github-token", "kelos/github-token", "/kelos/github-token/below", "/../kelos/github-token/a/../b",
    ]
    private static let misses = [
        "/workspace", "/kelos/github-tokens", "/kelos/github-token/../x", "/", "..", "/github-token",
        "/a/kelos/github-token", "/kelos/plugin",
    ]

    @Test("Another volume at or below the token's path of the agent is refused", arguments: Place.all, hits)
    func agent(_ place: Place, _ path: String) throws {
        let verdict = try place.judged(mount(path))
        #expect(
            verdict.sentences == [
                "\(place.field).volumeMounts[1].mountPath: Invalid value: \"\(path)\": \(Self.taken)"
            ])
        #expect(verdict.violations.map(\.reason) == [.mountCollision])
        #expect(verdict.violations.map(\.cause.rawValue) == ["FieldValueInvalid"])
    }

    @Test("Any other path is free", arguments: Place.all, misses)
    func apart(_ place: Place, _ path: String) throws {
        for volume in ["cache", "kelos-github-token", "workspace", "kelos-plugin"] {
            let verdict = try place.judged(mount(path, volume))
            #expect(verdict.passed == .withinRules && verdict.warnings.isEmpty)
        }
    }

    @Test(
        "Above the token's path there is a warning", arguments: Place.all,
        ["/kelos", "kelos/", "/kelos/github-token/.."])
    func above(_ place: Place, _ path: String) throws {
        let verdict = try place.judged(mount(path))
        #expect(verdict.passed == .withinRules)
        #expect(
            verdict.warnings == [
                "\(place.field).volumeMounts[1].mountPath: \"\(path)\" lies above /kelos/github-token, where the GitHub "
                    + "token is mounted"
            ])
        #expect(try place.judged(mount(path, "kelos-github-token")).warnings == verdict.warnings)
    }

    @Test(
        "Containers that take GITHUB_TOKEN from a Secret are held to the same", arguments: Place.all,
        ["extraContainers", "extraInitContainers"])
    func tokenContainers(_ place: Place, _ list: String) throws {
        let field = "\(place.field).\(list)[1].volumeMounts[1].mountPath"
        for path in Self.hits {
            let verdict = try place.judged(inContainer(list, mount(path), env: Self.token))
            #expect(verdict.sentences == ["\(field): Invalid value: \"\(path)\": \(Self.taken)"])
        }
        let above = try place.judged(inContainer(list, mount("/kelos"), env: Self.token))
        #expect(above.passed == .withinRules && above.warnings.count == 1)
        #expect(above.warnings[0].hasPrefix("\(field): \"/kelos\" lies above"))
    }

    @Test(
        "In containers without the token a mount there is harmless, so it gives a warning", arguments: Place.all,
        ["extraContainers", "extraInitContainers"])
    func otherContainers(_ place: Place, _ list: String) throws {
        for env in ["", #""env":[{"name":"GITHUB_TOKEN","value":"literal"}],"#] {
            let verdict = try place.judged(inContainer(list, mount("/kelos/github-token/x"), env: env))
            #expect(verdict.passed == .withinRules)
            #expect(
                verdict.warnings == [
                    "\(place.field).\(list)[1].volumeMounts[1].mountPath: /kelos/github-token is where containers find "
                        + "the GitHub token; this one is given none, so the mount is accepted"
                ])
            #expect(try place.judged(inContainer(list, mount("/kelos"), env: env)).warnings.isEmpty)
        }
    }

    @Test("Containers may mount the token's own volume, at its path and elsewhere", arguments: Place.all)
    func ownVolume(_ place: Place) throws {
        for env in ["", Self.token] {
            for path in ["/kelos/github-token", "/kelos/github-token/", "/run/token"] {
                for list in ["extraContainers", "extraInitContainers"] {
                    let verdict = try place.judged(inContainer(list, mount(path, "kelos-github-token"), env: env))
                    #expect(verdict.passed == .withinRules && verdict.warnings.isEmpty)
                }
            }
        }
    }

    @Test("The agent has the token's mount already: the same once more breaks the pod", arguments: Place.all)
    func again(_ place: Place) throws {
        #expect(
            try place.judged(mount("/kelos/github-token", "kelos-github-token")).sentences == [
                "\(place.field).volumeMounts[1].mountPath: Invalid value: \"/kelos/github-token\": must be unique, and "
                    + "the GitHub token is mounted there without being asked for; leave the mount out"
            ])
        let other = try place.judged(mount("/kelos/github-token/", "kelos-github-token"))
        #expect(other.passed == .withinRules)
        #expect(
            other.warnings == [
                "\(place.field).volumeMounts[1]: the GitHub token is mounted at /kelos/github-token without being asked "
                    + "for; this mount adds nothing"
            ])
        let below = try place.judged(mount("/kelos/github-token/below", "kelos-github-token"))
        #expect(below.sentences.map { $0.hasSuffix(Self.taken) } == [true])
    }

    @Test(
        "A token that is mounted with subPath is never renewed", arguments: Place.all, ["subPath", "subPathExpr"])
    func subPath(_ place: Place, _ key: String) throws {
        let more = #","\#(key)":"GITHUB_TOKEN""#
        for path in ["/kelos/github-token", "/kelos/github-token/GITHUB_TOKEN"] {
            let mount = mount(path, "kelos-github-token", more: more)
            let agent = try place.judged(mount)
            #expect(agent.violations.map(\.field) == ["\(place.field).volumeMounts[1].\(key)"])
            #expect(agent.violations.map(\.cause.rawValue) == ["FieldValueForbidden"])
            #expect(agent.violations.map(\.reason) == [.subPathMount])
            let wired = try place.judged(inContainer("extraContainers", mount, env: Self.token))
            #expect(wired.violations.map(\.field) == ["\(place.field).extraContainers[1].volumeMounts[1].\(key)"])
            let other = try place.judged(inContainer("extraContainers", mount))
            #expect(other.passed == .withinRules && other.warnings.count == 1)
        }
        #expect(
            try place.judged(mount("/run/t", "kelos-github-token", more: more)).warnings == [
                "\(place.field).volumeMounts[1].\(key): the kubelet never updates a mount with \(key), so the container "
                    + "keeps its first token"
            ])
        #expect(try place.judged(mount("/run/t", "cache", more: more)).warnings.isEmpty)
    }

    @Test("The program of a WorkerPool's agent may not be hidden", arguments: Place.all)
    func runner(_ place: Place) throws {
        for volume in ["cache", "kelos-github-token"] {
            let verdict = try place.judged(mount("/kelos/bin/", volume))
            #expect(
                verdict.sentences
                    == (place.kind == .workerPool
                        ? [
                            "\(place.field).volumeMounts[1].mountPath: Invalid value: \"/kelos/bin/\": /kelos/bin holds "
                                + "the program that a WorkerPool's agent is started by; mount this volume elsewhere"
                        ] : []))
        }
        #expect(try place.judged(mount("/kelos/bin/tool")).passed == .withinRules)
        #expect(try place.judged(inContainer("extraContainers", mount("/kelos/bin"))).passed == .withinRules)
    }
}
