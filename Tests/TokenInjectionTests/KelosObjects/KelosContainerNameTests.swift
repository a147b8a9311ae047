import Testing
import TokenInjection

@Suite struct KelosContainerNameTests {
    private static let reserved = [
        "git-clone", "remote-setup", "branch-setup", "workspace-files", "plugin-setup", "skills-install",
    ]

    private func containers(_ extra: [String], _ initial: [String] = []) -> String {
        let list = { (names: [String]) in names.map { #"{"name":"\#($0)","image":"i"}"# }.joined(separator: ",") }
        return "{\"extraContainers\":[\(list(extra))],\"extraInitContainers\":[\(list(initial))]}"
    }

    @Test("The prefix is reserved in both lists at every place", arguments: Place.all)
    func prefix(_ place: Place) throws {
        let verdict = try place.judged(containers(["db", "kelos-agent"], ["kelos-", "warm-up"]))
        let rule = "uses the reserved \"kelos-\" container name prefix; give the container another name"
        #expect(
            verdict.sentences == [
                "\(place.field).extraContainers[1].name: Invalid value: \"kelos-agent\": \(rule)",
                "\(place.field).extraInitContainers[0].name: Invalid value: \"kelos-\": \(rule)",
            ])
        #expect(verdict.violations.allSatisfy { $0.reason == .reservedContainer && $0.cause == .invalid })
    }

    @Test("Each of Kelos's own init containers is reserved in both lists", arguments: Place.all, reserved)
    func builtIn(_ place: Place, _ name: String) throws {
        let rule = "is the name of an init container that Kelos adds; give the container another name"
        #expect(
            try place.judged(containers([name], [name])).sentences == [
                "\(place.field).extraContainers[0].name: Invalid value: \"\(name)\": \(rule)",
                "\(place.field).extraInitContainers[0].name: Invalid value: \"\(name)\": \(rule)",
            ])
    }

    @Test("A name may occur once in both lists together", arguments: Place.all)
    func duplicates(_ place: Place) throws {
        let verdict = try place.judged(containers(["a", "b", "a"], ["c", "b", "c", "a"]))
        #expect(
            verdict.sentences == [
                "\(place.field).extraContainers[2].name: Duplicate value: \"a\": extraContainers[0] has the same name; "
                    + "rename one",
                "\(place.field).extraInitContainers[1].name: Duplicate value: \"b\": extraContainers[1] has the same "
                    + "name; rename one",
                "\(place.field).extraInitContainers[2].name: Duplicate value: \"c\": extraInitContainers[0] has the same "
                    + "name; rename one",
                "\(place.field).extraInitContainers[3].name: Duplicate value: \"a\": extraContainers[0] has the same "
                    + "name; rename one",
            ])
        #expect(verdict.violations.allSatisfy { $0.reason == .duplicateName && $0.cause == .duplicate })
    }

    @Test("Every container needs a name", arguments: Place.all)
    func empty(_ place: Place) throws {
        let verdict = try place.judged(
            #"{"extraContainers":[{"name":""},{"image":"i"}],"extraInitContainers":[{"name":null},{"name":""}]}"#)
        #expect(
            verdict.sentences
                == ["extraContainers[0]", "extraContainers[1]", "extraInitContainers[0]", "extraInitContainers[1]"]
                .map { "\(place.field).\($0).name: Required value: every container needs a name" })
        #expect(verdict.violations.allSatisfy { $0.cause.rawValue == "FieldValueRequired" && $0.reason == .emptyName })
    }

    @Test("Names of agent types are free, and so is what only looks reserved", arguments: Place.all)
    func free(_ place: Place) throws {
        let verdict = try place.judged(
            containers(
                ["claude-code", "codex", "gemini", "opencode", "cursor", "worker-runner"],
                ["git-clone-2", "kelos", "my-kelos-x", "workspace"]))
        #expect(verdict.passed == .withinRules && verdict.warnings.isEmpty)
    }

    @Test("The runner's init container is reserved in WorkerPools and nowhere else", arguments: Place.all)
    func runner(_ place: Place) throws {
        let fields = try place.judged(containers(["inject-worker-runner"], ["inject-worker-runner"])).sentences
        if place.kind == .workerPool {
            let rule = "is the name of an init container of every WorkerPool; give the container another name"
            #expect(
                fields == [
                    "\(place.field).extraContainers[0].name: Invalid value: \"inject-worker-runner\": \(rule)",
                    "\(place.field).extraInitContainers[0].name: Invalid value: \"inject-worker-runner\": \(rule)",
                ])
        } else {
            #expect(fields.count == 1 && fields[0].contains("Duplicate value"))
        }
    }

    @Test("Both places of one object are checked, and their names do not meet")
    func bothPlaces() throws {
        let overrides = containers(["db", "kelos-a"])
        let verdict = try judged(#"{"spec":{"podOverrides":\#(overrides),"worker":{"podOverrides":\#(overrides)}}}"#)
        #expect(
            verdict.violations.map(\.field) == [
                "spec.podOverrides.extraContainers[1].name", "spec.worker.podOverrides.extraContainers[1].name",
            ])
    }

    @Test("How many containers there may be is left to the schema, native sidecars to Kubernetes")
    func leftAlone() throws {
        let nine = (0..<9).map { #"{"name":"c\#($0)","restartPolicy":"Always"}"# }.joined(separator: ",")
        #expect(try Place.all[0].judged(#"{"extraInitContainers":[\#(nine)]}"#).passed == .withinRules)
    }
}
