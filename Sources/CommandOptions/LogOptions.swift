internal import ArgumentParser
package import Operations
internal import Settings

/// What a program logs, by the names of controller-runtime's zap flags.
package struct LogOptions: ParsableArguments {
    @Option(
        name: .customLong("zap-log-level"),
        help: ArgumentHelp(
            "debug, info, error, panic, or a verbosity above 0. While the program runs, SIGUSR1 switches to debug, from "
                + "debug to info, and back. (default: info)", valueName: "level"),
        transform: LogLevel.init(argument:))
    var level: LogLevel?

    @Option(
        help: ArgumentHelp(
            "The same as a number: 0 is info, 1 debug, more trace. Not together with --zap-log-level.",
            valueName: "number"))
    var verbosity: Int?

    @Option(
        name: .customLong("zap-encoder"),
        help: ArgumentHelp("json for collectors, console for people. (default: json)", valueName: "encoder"),
        transform: LogEncoding.init(argument:))
    var encoding = LogEncoding.json

    @Option(
        name: .customLong("zap-time-encoding"),
        help: ArgumentHelp(
            "rfc3339, rfc3339nano, iso8601, epoch, millis or nano. (default: rfc3339)", valueName: "encoding"),
        transform: LogTimeEncoding.init(argument:))
    var timeEncoding = LogTimeEncoding.rfc3339

    package init() {}

    package func validate() throws {
        if level != nil, verbosity != nil {
            throw ValidationError("--verbosity and --zap-log-level say the same thing: give one of them.")
        }
    }

    package var settings: LogSettings {
        LogSettings(
            level: level ?? verbosity.map(LogLevel.init(verbosity:)) ?? .info, encoding: encoding,
            timeEncoding: timeEncoding)
    }
}
