/// Decides a setting by precedence: flag, then environment variable, then default.
///
/// The environment is a parameter, so that tests and the sandbox need not change the process's own. An empty
/// variable counts as absent, because manifests often carry `value: ""` for "not set".
package struct SettingSource: Sendable {
    private let environment: [String: String]

    package init(environment: [String: String]) {
        self.environment = environment
    }

    /// - Parameters:
    ///   - flag: what the command line gave, nil when the flag was absent.
    ///   - variable: the environment variable that stands in for the flag.
    /// - Throws: the variable's parse error, prefixed by the variable's name.
    package func value<Value: SettingValue>(
        flag: Value?, variable: String, default defaultValue: @autoclosure () -> Value
    ) throws(SettingError) -> Value {
        try value(flag: flag, variable: variable) ?? defaultValue()
    }

    /// The same without a default: nil when neither the flag nor the variable is set.
    package func value<Value: SettingValue>(flag: Value?, variable: String) throws(SettingError) -> Value? {
        if let flag { return flag }
        guard let text = environment[variable], !text.isEmpty else { return nil }
        do {
            return try Value(argument: text)
        } catch {
            throw error.from(variable)
        }
    }
}
