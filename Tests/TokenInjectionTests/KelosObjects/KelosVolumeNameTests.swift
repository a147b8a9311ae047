import Testing
import TokenInjection

@Suite struct KelosVolumeNameTests {
    private func volumes(_ names: String...) -> String {
        "{\"volumes\":[" + names.map { #"{"name":"\#($0)","emptyDir":{}}"# }.joined(separator: ",") + "]}"
    }

    @Test("Reserved names and duplicates are refused at every place, all at once", arguments: Place.all)
    func everyPlace(_ place: Place) throws {
        let verdict = try place.judged(
            volumes("cache", "workspace", "kelos-github-token", "kelos-x", "cache", "kelos-", "scratch", "cache"))
        #expect(
            verdict.sentences == [
                "\(place.field).volumes[1].name: Invalid value: \"workspace\": is a Kelos-reserved volume name; "
                    + "give the volume another name",
                "\(place.field).volumes[2].name: Invalid value: \"kelos-github-token\": uses the reserved \"kelos-\" "
                    + "volume name prefix; give the volume another name",
                "\(place.field).volumes[3].name: Invalid value: \"kelos-x\": uses the reserved \"kelos-\" volume name "
                    + "prefix; give the volume another name",
                "\(place.field).volumes[4].name: Duplicate value: \"cache\": volumes[0] has the same name; rename one",
                "\(place.field).volumes[5].name: Invalid value: \"kelos-\": uses the reserved \"kelos-\" volume name "
                    + "prefix; give the volume another name",
                "\(place.field).volumes[7].name: Duplicate value: \"cache\": volumes[0] has the same name; rename one",
            ])
        #expect(
            verdict.violations.map(\.cause.rawValue) == [
                "FieldValueInvalid", "FieldValueInvalid", "FieldValueInvalid", "FieldValueDuplicate",
                "FieldValueInvalid", "FieldValueDuplicate",
            ])
        #expect(verdict.violations.map(\.reason).contains(.reservedVolume))
        #expect(verdict.unlisted == 0 && verdict.warnings.isEmpty)
    }

    @Test(
        "Names that only look like reserved ones are free", arguments: Place.all,
        ["kelos", "akelos-x", "Kelos-x", "workspaces", "workspace-2", "kelosx", "plugin", "github-token"])
    func free(_ place: Place, _ name: String) throws {
        #expect(try place.judged(volumes(name)).passed == .withinRules)
    }

    @Test("The runner's volume is reserved in WorkerPools and nowhere else", arguments: Place.all)
    func runner(_ place: Place) throws {
        let verdict = try place.judged(volumes("worker-runner"))
        #expect(
            verdict.sentences
                == (place.kind == .workerPool
                    ? [
                        "\(place.field).volumes[0].name: Invalid value: \"worker-runner\": is a volume of every "
                            + "WorkerPool; give the volume another name"
                    ] : []))
    }

    @Test("Escapes hide no name")
    func escapes() throws {
        let verdict = try Place.all[0].judged(volumes(#"\u006belos-x"#, #"w\u006frkspace"#, "a", #"\u0061"#))
        #expect(verdict.violations.map(\.field).count == 3)
        #expect(verdict.violations.last?.cause == .duplicate)
    }

    @Test("Names are compared as Kubernetes does, byte by byte")
    func bytes() throws {
        #expect(try Place.all[0].judged(volumes("\u{E9}", "e\u{301}")).passed == .withinRules)
        #expect(try Place.all[0].judged(volumes("\u{E9}", "\u{E9}")).violations.map(\.cause) == [.duplicate])
    }

    @Test("What a name holds is quoted, cut and made printable")
    func quoting() throws {
        let message = try Place.all[0].judged(volumes("kelos-\\n\\\"" + String(repeating: "x", count: 300)))
            .violations.first?.message
        #expect(
            message?.hasPrefix("Invalid value: \"kelos-??\(String(repeating: "x", count: 55))\u{2026}\": uses") == true)
    }

    @Test("A hundred violations are listed, the others are counted")
    func bounded() throws {
        let verdict = try Place.all[0].judged(
            "{\"volumes\":[" + Array(repeating: #"{"name":"kelos-x"}"#, count: 100_000).joined(separator: ",") + "]}")
        #expect(verdict.violations.count == 100 && verdict.unlisted == 99_900)
        let distinct = try Place.all[0].judged(
            "{\"volumes\":[" + (0..<100_000).map { "{\"name\":\"v\($0)\"}" }.joined(separator: ",") + "]}")
        #expect(distinct.passed == .withinRules)
    }
}
