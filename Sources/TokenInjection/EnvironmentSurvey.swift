import RawJSON

/// One entry of a container's `env`.
struct EnvironmentEntry: ~Escapable {
    let index: Int
    let entry: JSONValue

    @_lifetime(copy entry)
    init(index: Int, entry: JSONValue) {
        self.index = index
        self.entry = entry
    }

    /// The value as written; nil if it comes from elsewhere. An entry without any value is empty, as in Kubernetes.
    var literal: String? {
        guard entry.field("valueFrom") == nil else { return nil }
        guard let value = entry.field("value") else { return "" }
        return value.string
    }

    /// True for an entry with exactly this literal value.
    func isLiteral(_ text: StaticString) -> Bool {
        entry.field("value")?.isText(text) == true && entry.field("valueFrom") == nil
    }
}

/// The variables of one container that matter here. Of several entries with one name the last counts, as in Kubernetes.
struct EnvironmentSurvey: ~Escapable {
    let token: EnvironmentEntry?
    let tokenFile: EnvironmentEntry?
    let ghToken: EnvironmentEntry?
    let ghEnterpriseToken: EnvironmentEntry?
    let ghHost: EnvironmentEntry?
    let gitConfigCount: EnvironmentEntry?

    /// There is a `GIT_CONFIG_KEY_` or `GIT_CONFIG_VALUE_` of some number.
    let hasGitSettings: Bool

    /// - Parameter elements: those of the container's `env`.
    @_lifetime(copy elements)
    init(of elements: JSONElements) {
        var elements = elements
        var token: EnvironmentEntry?
        var tokenFile: EnvironmentEntry?
        var ghToken: EnvironmentEntry?
        var ghEnterpriseToken: EnvironmentEntry?
        var ghHost: EnvironmentEntry?
        var gitConfigCount: EnvironmentEntry?
        var hasGitSettings = false
        var index = 0
        while let element = elements.nextElement() {
            defer { index += 1 }
            guard let name = element.field("name") else { continue }
            let entry = EnvironmentEntry(index: index, entry: element)
            if name.isText(TokenNames.Variable.token) {
                token = entry
            } else if name.isText(TokenNames.Variable.ghToken) {
                ghToken = entry
            } else if name.isText(TokenNames.Variable.tokenFile) {
                tokenFile = entry
            } else if name.isText(TokenNames.Variable.ghHost) {
                ghHost = entry
            } else if name.isText(TokenNames.Variable.ghEnterpriseToken) {
                ghEnterpriseToken = entry
            } else if name.isText(TokenNames.Variable.gitConfigCount) {
                gitConfigCount = entry
            } else if name.startsText(with: "GIT_CONFIG_") {
                hasGitSettings = true
            }
        }
        self.token = token
        self.tokenFile = tokenFile
        self.ghToken = ghToken
        self.ghEnterpriseToken = ghEnterpriseToken
        self.ghHost = ghHost
        self.gitConfigCount = gitConfigCount
        self.hasGitSettings = hasGitSettings
    }
}
