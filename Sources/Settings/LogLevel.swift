/// The least severe events that are logged (`--zap-log-level`, `--verbosity`).
///
/// The raw values are the names of swift-log's levels, so `Logger.Level(rawValue: level.rawValue)` always exists.
package enum LogLevel: String, Sendable, CaseIterable {
    case critical, error, info, debug, trace

    /// As `--zap-log-level` takes it.
    package var argument: String {
        switch self {
        case .critical: "panic"
        case .error, .info, .debug: rawValue
        case .trace: "2"
        }
    }

    /// Kelos's `--verbosity`: 0 is info, 1 is debug, more is trace.
    package init(verbosity: Int) {
        self = verbosity <= 0 ? .info : verbosity == 1 ? .debug : .trace
    }
}

extension LogLevel: SettingValue {
    /// controller-runtime's values: `debug`, `info`, `error`, `panic`, or a whole number above zero.
    package init(argument: String) throws(SettingError) {
        switch argument {
        case "debug": self = .debug
        case "info": self = .info
        case "error": self = .error
        case "panic": self = .critical
        default:
            guard let verbosity = Int(argument), verbosity > 0 else {
                throw SettingError(
                    "\(SettingError.quote(argument)) is not a log level; write debug, info, error, panic "
                        + "or a number above 0 (1 is debug)")
            }
            self.init(verbosity: verbosity)
        }
    }
}
