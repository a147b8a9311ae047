package import ArgumentParser
internal import Settings

/// A flag that is on or off, as Go's are: `--leader-elect`, `--leader-elect=false`, `=0`, `=F` and so on.
///
/// Options declare it as `String?` with `defaultAsFlag: "true"`, because ArgumentParser takes a value that it cannot parse
/// for no value at all.
package enum Switch {
    /// - Parameters:
    ///   - text: the option's value; nil when it was not given.
    ///   - flag: its name, `--leader-elect`, for the message.
    package static func isOn(
        _ text: String?, flag: String, default standard: Bool
    ) throws(ValidationError) -> Bool {
        guard let text else { return standard }
        do {
            return try Bool(argument: text)
        } catch {
            throw ValidationError("\(flag): \(error).")
        }
    }
}
