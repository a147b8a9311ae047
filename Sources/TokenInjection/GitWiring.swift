import RawJSON

/// Settings for git through its environment (git-config(1), `GIT_CONFIG_COUNT`): three for one host, and none for any other.
///
/// An empty helper first: for this host only, it clears the helpers that files have set. Then a helper that reads the token
/// anew for every request, and a user name for URLs without one.
enum GitWiring {
    /// Settings added.
    static let settings = 3

    /// More settings than this are taken for nonsense.
    static let mostSettings = 1000

    /// git runs it as `sh -c "<text> get"`. It answers only `get`. `read` takes the first line and leaves out its end; the
    /// Secret may be missing and the file empty, then the variable is all there is. It needs no program but the shell's
    /// own, and works in dash and busybox. It holds no `$(`, which Kubernetes would expand. Written as a JSON string.
    static var helper: StaticString {
        #"""
        "!f() { test \"$1\" = get || return 0; t=; test -r /kelos/github-token/GITHUB_TOKEN && \#
        IFS= read -r t </kelos/github-token/GITHUB_TOKEN; test -n \"$t\" || t=$GITHUB_TOKEN; \#
        test -n \"$t\" && printf 'password=%s\\n' \"$t\"; return 0; }; f"
        """#
    }

    /// How many settings the container has already; nil if that cannot be told or continued.
    static func count(of survey: borrowing EnvironmentSurvey) -> Int? {
        guard let entry = survey.gitConfigCount else { return 0 }
        guard let text = entry.literal else { return nil }
        // git reads an empty text as none.
        if text.isEmpty { return 0 }
        guard text.utf8.count <= 4, text.utf8.allSatisfy({ $0.isDigit }), let count = Int(text),
            count <= mostSettings
        else { return nil }
        return count
    }
}

extension Planning {
    /// - Parameter host: as the URL in the settings' names has it; letters, digits, `.`, `-` and `:` only.
    mutating func wireGit(
        _ survey: borrowing EnvironmentSurvey, _ environment: inout PatchWriter.Environment,
        of container: borrowing ContainerView, host: String
    ) {
        guard let count = GitWiring.count(of: survey) else {
            findings.warn(
                "Container \(Findings.quoted(container.name)) has a GIT_CONFIG_COUNT that cannot be continued: git is "
                    + "left as it is in it.")
            return
        }
        writer.setVariable(&environment, replacing: survey.gitConfigCount?.index, TokenNames.Variable.gitConfigCount) {
            $0.append("\"")
            $0.append(decimal: count + GitWiring.settings)
            $0.append("\"")
        }
        let host = Array(host.utf8)
        let existing = survey.hasGitSettings ? container.container.field("env") : nil
        setSetting(count, "helper", "\"\"", existing, &environment, host)
        setSetting(count + 1, "helper", GitWiring.helper, existing, &environment, host)
        setSetting(count + 2, "username", "\"x-access-token\"", existing, &environment, host)
    }

    /// - Parameter value: as a JSON string.
    ///
    /// Names and values beyond the count are dead today; one that is there is replaced, so that no name occurs twice.
    private mutating func setSetting(
        _ ordinal: Int, _ name: StaticString, _ value: StaticString, _ existing: JSONValue?,
        _ environment: inout PatchWriter.Environment, _ host: [UInt8]
    ) {
        let key = Self.index(of: "GIT_CONFIG_KEY_", ordinal, in: existing)
        writer.setVariable(&environment, replacing: key, "GIT_CONFIG_KEY_", ordinal) { output in
            output.append("\"credential.https://")
            output.append(contentsOf: host)
            output.append(".")
            output.append(name)
            output.append("\"")
        }
        let old = Self.index(of: "GIT_CONFIG_VALUE_", ordinal, in: existing)
        writer.setVariable(&environment, replacing: old, "GIT_CONFIG_VALUE_", ordinal) { output in
            output.append(value)
        }
    }

    /// Index of the last entry with that name.
    private static func index(of prefix: StaticString, _ ordinal: Int, in env: JSONValue?) -> Int? {
        guard let env else { return nil }
        var found: Int?
        var index = 0
        var elements = env.elements
        while let element = elements.nextElement() {
            defer { index += 1 }
            guard let name = element.field("name") else { continue }
            // The name's length rules out nearly every other variable.
            let digits = name.textBound - prefix.utf8CodeUnitCount
            if digits > 0, digits <= 24, name.string == "\(prefix)\(ordinal)" { found = index }
        }
        return found
    }
}
