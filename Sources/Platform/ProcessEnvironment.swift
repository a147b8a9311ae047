internal import Glibc

/// The process's environment variables.
package enum ProcessEnvironment {
    /// The variable's value; nil when it is not set or empty, as manifests write `value: ""` for "not set".
    package static func value(_ name: String) -> String? {
        guard let text = unsafe getenv(name) else { return nil }
        let value = unsafe String(cString: text)
        return value.isEmpty ? nil : value
    }
}
