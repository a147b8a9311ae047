import Testing
import TokenInjection

@Suite struct KelosVariableTests {
    private func env(_ names: String...) -> String {
        "{\"env\":[" + names.map { #"{"name":"\#($0)","value":"v"}"# }.joined(separator: ",") + "]}"
    }

    @Test("Variables that Kelos never takes give a warning at every place", arguments: Place.all)
    func never(_ place: Place) throws {
        let verdict = try place.judged(env("HTTPS_PROXY", "KELOS_SETUP_COMMAND", "KELOS_SESSION_SETUP_ONLY"))
        #expect(verdict.passed == .withinRules)
        #expect(
            verdict.warnings == [
                "\(place.field).env[1].name: Kelos drops \"KELOS_SETUP_COMMAND\" always; the Workspace's setupCommand is "
                    + "the place for it",
                "\(place.field).env[2].name: Kelos drops \"KELOS_SESSION_SETUP_ONLY\" always; it belongs to Kelos's own "
                    + "start-up of Sessions",
            ])
    }

    @Test(
        "Variables that Kelos sets itself give a warning that says when",
        arguments: [
            ("KELOS_AGENT_TYPE", "always; it sets it to the agent's type"),
            ("KELOS_MODEL", "when it sets it itself, from the field model"),
            ("KELOS_EFFORT", "when it sets it itself, from the field effort"),
            ("KELOS_BRANCH", "when it sets it itself, from the field branch"),
            ("KELOS_TASKSPAWNER", "when it sets it itself, in Tasks of a TaskSpawner"),
            ("KELOS_POD_NAME", "when it sets it itself, in WorkerPools"),
            ("KELOS_POD_NAMESPACE", "when it sets it itself, in WorkerPools"),
            ("KELOS_BASE_BRANCH", "when it sets it itself, from the Workspace"),
            ("KELOS_UPSTREAM_REPO", "when it sets it itself, from the Workspace"),
            ("KELOS_AGENTS_MD", "when it sets it itself, from an AgentConfig"),
            ("KELOS_PLUGIN_DIR", "when it sets it itself, from an AgentConfig"),
            ("KELOS_MCP_SERVERS", "when it sets it itself, from an AgentConfig"),
            (
                "KELOS_GITHUB_TOKEN_FILE",
                "when it sets it itself, because the Workspace has a secretRef; otherwise kelos-token replaces it"
            ),
            ("GITHUB_TOKEN", "when it sets it itself, because the Workspace has a secretRef"),
            ("GH_TOKEN", "when it sets it itself, because the Workspace has a secretRef"),
            ("GH_ENTERPRISE_TOKEN", "when it sets it itself, because the Workspace has a secretRef"),
            ("GH_CONFIG_DIR", "when it sets it itself, because the Workspace has a secretRef"),
            ("GH_HOST", "when it sets it itself, because the repository is not on github.com"),
        ])
    func sometimes(_ name: String, _ circumstance: String) throws {
        for place in Place.all {
            let verdict = try place.judged(env(name))
            #expect(verdict.warnings == ["\(place.field).env[0].name: Kelos drops \"\(name)\" \(circumstance)"])
            #expect(verdict.passed == .withinRules)
            #expect(verdict.warnings.allSatisfy { $0.unicodeScalars.count <= 256 })
        }
    }

    @Test(
        "Credentials give one too, unless Kelos is told to provide none", arguments: Place.all,
        [
            "ANTHROPIC_API_KEY", "CLAUDE_CODE_OAUTH_TOKEN", "CODEX_API_KEY", "CODEX_AUTH_JSON", "CURSOR_API_KEY",
            "GEMINI_API_KEY", "OPENCODE_API_KEY",
        ])
    func credentials(_ place: Place, _ name: String) throws {
        for beside in ["", #""credentials":{"type":"api-key"},"#, #""credentials":null,"#] {
            #expect(
                try place.judged(env(name), beside: beside).warnings == [
                    "\(place.field).env[0].name: Kelos drops \"\(name)\" when it sets it itself, from credentials"
                ])
        }
        #expect(try place.judged(env(name), beside: #""credentials":{"type":"none"},"#).warnings.isEmpty)
    }

    @Test("Every other variable is taken without a word", arguments: Place.all)
    func others(_ place: Place) throws {
        let verdict = try place.judged(
            env("PATH", "KELOS", "KELOS_", "KELOS_X", "kelos_model", "GITHUB_TOKENS", "GH_TOKE", "AWS_REGION", ""))
        #expect(verdict.passed == .withinRules && verdict.warnings.isEmpty)
    }

    @Test("Extra containers keep all of theirs", arguments: Place.all)
    func extraContainers(_ place: Place) throws {
        for list in ["extraContainers", "extraInitContainers"] {
            let container = #"{"name":"db","env":[{"name":"KELOS_SETUP_COMMAND"},{"name":"GITHUB_TOKEN","value":"x"}]}"#
            #expect(try place.judged("{\"\(list)\":[\(container)]}").warnings.isEmpty)
        }
    }

    @Test("Thousands of warnings stay within what the API server passes on")
    func bounded() throws {
        let entry = #"{"name":"KELOS_SETUP_COMMAND"}"#
        let verdict = try Place.all[9].judged(
            "{\"env\":[" + Array(repeating: entry, count: 50_000).joined(separator: ",") + "]}")
        #expect(verdict.warnings.count > 10)
        #expect(verdict.warnings.reduce(0) { $0 + $1.unicodeScalars.count } <= 4096)
    }
}
