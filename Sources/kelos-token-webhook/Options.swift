import ArgumentParser
import Platform
import Settings

struct AddressOptions: ParsableArguments {
    @Option(
        name: .customLong("webhook-bind-address"),
        help: ArgumentHelp("Where admission reviews are served over HTTPS. (default: :9443)", valueName: "address"),
        transform: BindAddress.init(argument:))
    var webhook = BindAddress.listen(nil, port: 9443)

    @Option(
        name: .customLong("metrics-bind-address"),
        help: ArgumentHelp(
            "Where /metrics is served over HTTP; 0 switches it off. (default: :8080)", valueName: "address"),
        transform: BindAddress.init(argument:))
    var metrics = BindAddress.listen(nil, port: 8080)

    @Option(
        name: .customLong("health-probe-bind-address"),
        help: ArgumentHelp(
            "Where /healthz, /livez and /readyz are served over HTTP; 0 switches them off. (default: :8081)",
            valueName: "address"),
        transform: BindAddress.init(argument:))
    var health = BindAddress.listen(nil, port: 8081)
}

struct TLSOptions: ParsableArguments {
    /// Where controller-runtime looks, so that manifests written for it fit.
    private static let directory = "/tmp/k8s-webhook-server/serving-certs"

    @Option(
        name: .customLong("tls-cert-file"),
        help: ArgumentHelp(
            "PEM certificate chain, the server's own first. Read again when it changes.", valueName: "file"))
    var certificate = "\(directory)/tls.crt"

    @Option(
        name: .customLong("tls-private-key-file"),
        help: ArgumentHelp(
            "PEM private key of the certificate, unencrypted. Read again when it changes.", valueName: "file"))
    var key = "\(directory)/tls.key"

    @Option(
        name: .customLong("tls-min-version"),
        help: ArgumentHelp("Oldest TLS version accepted: 1.2 or 1.3. (default: 1.2)", valueName: "version"),
        transform: TLSVersionFloor.init(argument:))
    var minimumVersion = TLSVersionFloor.tls12

    @Option(
        name: .customLong("client-ca-file"),
        help: ArgumentHelp(
            "PEM authorities that a client's certificate must come from. Without it, none is asked for.",
            valueName: "file"))
    var clientAuthorities: String?

    @Option(
        name: .customLong("enable-http2"), defaultAsFlag: "true", parsing: .next,
        help: ArgumentHelp(
            "Offer HTTP/2 beside HTTP/1.1. It is offered unless this is false.", valueName: "true|false"))
    var enableHTTP2Text: String?

    /// As Go's flags have it: `--enable-http2`, `--enable-http2=false`, `=0`, `=F` and so on.
    ///
    /// The option is parsed as text, because ArgumentParser takes a value that it cannot parse for no value at all.
    func enablesHTTP2() throws(SettingError) -> Bool {
        try enableHTTP2Text.map { text throws(SettingError) in try Bool(argument: text) } ?? true
    }

    func validate() throws {
        do {
            _ = try enablesHTTP2()
        } catch {
            throw ValidationError("--enable-http2: \(error).")
        }
    }
}

struct LimitOptions: ParsableArguments {
    @Option(
        name: .customLong("max-request-bytes"),
        help: ArgumentHelp("Largest review accepted, in bytes or as 7Mi. (default: 7Mi)", valueName: "bytes"),
        transform: ByteCount.init(argument:))
    var requestBytes = ByteCount(bytes: 7 * 1024 * 1024)

    @Option(
        name: .customLong("max-connections"),
        help: ArgumentHelp(
            "Connections served at once; some more are answered 503 with Retry-After, the rest wait.",
            valueName: "number"))
    var connections = 1024

    @Option(
        name: .customLong("event-loops"),
        help: ArgumentHelp(
            "Threads that serve reviews; 0 takes one for each processor, four at most.", valueName: "number"))
    var eventLoops = 0

    func validate() throws {
        guard (1...1_000_000).contains(connections) else {
            throw ValidationError("--max-connections must be between 1 and 1000000, not \(connections).")
        }
        guard (0...64).contains(eventLoops) else {
            throw ValidationError("--event-loops must be between 0 and 64, not \(eventLoops).")
        }
    }
}

struct ShutdownOptions: ParsableArguments {
    @Option(
        name: .customLong("shutdown-delay"),
        help: ArgumentHelp(
            "How long the webhook goes on serving after SIGTERM or SIGINT while readiness already fails. (default: 10s)",
            valueName: "duration"),
        transform: GoDuration.init(argument:))
    var delay = GoDuration(nanoseconds: 10_000_000_000)

    @Option(
        name: .customLong("graceful-shutdown-timeout"),
        help: ArgumentHelp(
            "How long requests may still take after that. A second signal exits at once. (default: 30s)",
            valueName: "duration"),
        transform: GoDuration.init(argument:))
    var timeout = GoDuration(nanoseconds: 30_000_000_000)
}

struct LogOptions: ParsableArguments {
    @Option(
        name: .customLong("zap-log-level"),
        help: ArgumentHelp("debug, info, error, panic, or a verbosity above 0. (default: info)", valueName: "level"),
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

    func validate() throws {
        if level != nil, verbosity != nil {
            throw ValidationError("--verbosity and --zap-log-level say the same thing: give one of them.")
        }
    }

    var chosenLevel: LogLevel {
        level ?? verbosity.map(LogLevel.init(verbosity:)) ?? .info
    }
}
