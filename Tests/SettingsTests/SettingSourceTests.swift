import Settings
import Testing

@Suite("Precedence of settings")
struct SettingSourceTests {
    private let source = SettingSource(environment: ["SET": "30s", "BROKEN": "soon", "EMPTY": ""])

    @Test("a flag wins over the variable, even over a broken one")
    func flagFirst() throws {
        #expect(try source.value(flag: GoDuration.seconds(1), variable: "SET", default: .zero) == .seconds(1))
        #expect(try source.value(flag: GoDuration.seconds(1), variable: "BROKEN", default: .zero) == .seconds(1))
    }

    @Test("the variable wins over the default")
    func variableSecond() throws {
        #expect(try source.value(flag: nil, variable: "SET", default: GoDuration.zero) == .seconds(30))
    }

    @Test("the default holds when the variable is absent or empty", arguments: ["ABSENT", "EMPTY"])
    func defaultLast(variable: String) throws {
        #expect(try source.value(flag: nil, variable: variable, default: GoDuration.seconds(7)) == .seconds(7))
        let optional: GoDuration? = try source.value(flag: nil, variable: variable)
        #expect(optional == nil)
    }

    @Test("a broken variable is named in the error")
    func brokenVariable() {
        #expect(throws: SettingError(#"BROKEN: "soon" is not a duration; write for example 15s, 1m30s or 500ms"#)) {
            try source.value(flag: nil, variable: "BROKEN", default: GoDuration.zero)
        }
    }
}
