/// A value that a flag or an environment variable spells as text.
///
/// Executables hand `init(argument:)` to ArgumentParser's `transform:`, which puts the flag's name before the error.
package protocol SettingValue: Sendable {
    /// - Throws: what is wrong with `argument` and what to write instead.
    init(argument: String) throws(SettingError)
}

extension String: SettingValue {
    package init(argument: String) throws(SettingError) {
        self = argument
    }
}

extension Int: SettingValue {
    package init(argument: String) throws(SettingError) {
        guard let value = Int(argument, radix: 10) else {
            throw SettingError("\(SettingError.quote(argument)) is no whole number; write digits, for example 4")
        }
        self = value
    }
}

extension Bool: SettingValue {
    /// The spellings of Go's strconv.ParseBool, which is what `--flag=...` accepts in the tools our users know.
    package init(argument: String) throws(SettingError) {
        switch argument {
        case "1", "t", "T", "true", "TRUE", "True": self = true
        case "0", "f", "F", "false", "FALSE", "False": self = false
        default:
            throw SettingError("\(SettingError.quote(argument)) is neither yes nor no; write true or false")
        }
    }
}
