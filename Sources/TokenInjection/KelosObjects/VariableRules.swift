import RawJSON

extension OverridesCheck {
    /// Kelos drops variables of the agent that it sets itself, without a word. Those of extra containers it leaves alone.
    ///
    /// - Parameter holder: what `podOverrides` stands in.
    mutating func checkVariables(of overrides: JSONValue, in holder: JSONValue, at place: OverridesPlace) {
        var index = 0
        var variables = overrides.elements(of: "env")
        while let variable = variables.nextElement() {
            defer { index += 1 }
            guard let name = variable.field("name"), let dropped = DroppedVariable(name) else { continue }
            if dropped == .credentials, holder.field("credentials")?.field("type")?.isText("none") == true { continue }
            findings.warn(
                "\(place.field).env[\(index)].name: Kelos drops \(Findings.quoted(name)) \(dropped.circumstance)")
        }
    }
}

/// Why Kelos drops a variable of `podOverrides.env` (internal/controller of Kelos: what it has put on the agent wins).
enum DroppedVariable: Sendable {
    case setupCommand
    case sessionSetup
    case agentType
    case model
    case effort
    case branch
    case spawner
    case pool
    case credentials
    case token
    case tokenFile
    case host
    case workspace
    case agentConfig

    /// - Parameter name: of the variable; nil for one that Kelos leaves alone.
    init?(_ name: JSONValue) {
        if name.startsText(with: "KELOS_") {
            self.init(ofKelos: name)
        } else if name.isText(TokenNames.Variable.token) || name.isText(TokenNames.Variable.ghToken)
            || name.isText(TokenNames.Variable.ghEnterpriseToken) || name.isText("GH_CONFIG_DIR")
        {
            self = .token
        } else if name.isText(TokenNames.Variable.ghHost) {
            self = .host
        } else if Self.isCredential(name) {
            self = .credentials
        } else {
            return nil
        }
    }

    private init?(ofKelos name: JSONValue) {
        if name.isText("KELOS_SETUP_COMMAND") {
            self = .setupCommand
        } else if name.isText("KELOS_SESSION_SETUP_ONLY") {
            self = .sessionSetup
        } else if name.isText(TokenNames.Variable.tokenFile) {
            self = .tokenFile
        } else if name.isText("KELOS_AGENT_TYPE") {
            self = .agentType
        } else if name.isText("KELOS_MODEL") {
            self = .model
        } else if name.isText("KELOS_EFFORT") {
            self = .effort
        } else if name.isText("KELOS_BRANCH") {
            self = .branch
        } else if name.isText("KELOS_TASKSPAWNER") {
            self = .spawner
        } else if name.isText("KELOS_POD_NAME") || name.isText("KELOS_POD_NAMESPACE") {
            self = .pool
        } else if name.isText("KELOS_BASE_BRANCH") || name.isText("KELOS_UPSTREAM_REPO") {
            self = .workspace
        } else if name.isText("KELOS_AGENTS_MD") || name.isText("KELOS_PLUGIN_DIR") || name.isText("KELOS_MCP_SERVERS")
        {
            self = .agentConfig
        } else {
            return nil
        }
    }

    /// What Kelos takes from `credentials`, by type of agent.
    private static func isCredential(_ name: JSONValue) -> Bool {
        name.isText("ANTHROPIC_API_KEY") || name.isText("CLAUDE_CODE_OAUTH_TOKEN") || name.isText("CODEX_API_KEY")
            || name.isText("CODEX_AUTH_JSON") || name.isText("CURSOR_API_KEY") || name.isText("GEMINI_API_KEY")
            || name.isText("OPENCODE_API_KEY")
    }

    /// When, and where the author can set it instead: the end of "Kelos drops X ...".
    var circumstance: StaticString {
        switch self {
        case .setupCommand: "always; the Workspace's setupCommand is the place for it"
        case .sessionSetup: "always; it belongs to Kelos's own start-up of Sessions"
        case .agentType: "always; it sets it to the agent's type"
        case .model: "when it sets it itself, from the field model"
        case .effort: "when it sets it itself, from the field effort"
        case .branch: "when it sets it itself, from the field branch"
        case .spawner: "when it sets it itself, in Tasks of a TaskSpawner"
        case .pool: "when it sets it itself, in WorkerPools"
        case .credentials: "when it sets it itself, from credentials"
        case .token: "when it sets it itself, because the Workspace has a secretRef"
        case .tokenFile:
            "when it sets it itself, because the Workspace has a secretRef; otherwise kelos-token replaces it"
        case .host: "when it sets it itself, because the repository is not on github.com"
        case .workspace: "when it sets it itself, from the Workspace"
        case .agentConfig: "when it sets it itself, from an AgentConfig"
        }
    }
}
