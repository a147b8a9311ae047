import ArgumentParser
import Platform
import Settings

struct AddressOptions: ParsableArguments {
    @Option(
        name: .customLong("webhook-bind-address"), help: "Where admission reviews are served over HTTPS.",
        transform: BindAddress.init(argument:))
    var webhook = BindAddress.listen(nil, port: 9443)

    @Option(
        name: .customLong("metrics-bind-address"), help: "Where /metrics is served over HTTP; 0 switches it off.",
        transform: BindAddress.init(argument:))
    var metrics = BindAddress.listen(nil, port: 8080)

    @Option(
        name: .customLong("health-probe-bind-address"),
        help: "Where /healthz, /livez and /readyz are served over HTTP; 0 switches them off.",
        transform: BindAddress.init(argument:))
    var health = BindAddress.listen(nil, port: 8081)
}

struct TLSOptions: ParsableArguments {
    /// Where controller-runtime looks, so that manifests written for it fit.
    private static let directory = "/tmp/k8s-webhook-server/serving-certs"

    @Option(
        name: .customLong("tls-cert-file"),
        help: "PEM certificate chain, the server's own first. Read again when it changes.")
    var certificate = "\(directory)/tls.crt"

    @Option(
        name: .customLong("tls-private-key-file"),
        help: "PEM private key of the certificate, unencrypted. Read again when it changes.")
    var key = "\(directory)/tls.key"

    @Option(
        name: .customLong("tls-min-version"), help: "Oldest TLS version accepted: 1.2 or 1.3.",
        transform: TLSVersionFloor.init(argument:))
    var minimumVersion = TLSVersionFloor.tls12

    @Option(
        name: .customLong("client-ca-file"),
        help: "PEM authorities that a client's certificate must come from. Without it, none is asked for.")
    var clientAuthorities: String?

    @Option(
        name: .customLong("enable-http2"), defaultAsFlag: true, parsing: .next,
        help: "Offer HTTP/2 beside HTTP/1.1: true (without this flag as well) or false.")
    var enableHTTP2: Bool?
}

struct LimitOptions: ParsableArguments {
    @Option(
        name: .customLong("max-request-bytes"), help: "Largest review accepted, in bytes or as 7Mi.",
        transform: ByteCount.init(argument:))
    var requestBytes = ByteCount(bytes: 7 * 1024 * 1024)

    @Option(
        name: .customLong("max-connections"),
        help: "Connections served at once; some more are answered 503 with Retry-After, the rest wait.")
    var connections = 1024

    @Option(
        name: .customLong("event-loops"),
        help: "Threads that serve reviews; 0 takes one for each processor, four at most.")
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
        help: "How long the webhook goes on serving after SIGTERM or SIGINT while readiness already fails.",
        transform: GoDuration.init(argument:))
    var delay = GoDuration(nanoseconds: 10_000_000_000)

    @Option(
        name: .customLong("graceful-shutdown-timeout"),
        help: "How long requests may still take after that. A second signal exits at once.",
        transform: GoDuration.init(argument:))
    var timeout = GoDuration(nanoseconds: 30_000_000_000)
}

struct LogOptions: ParsableArguments {
    @Option(
        name: .customLong("zap-log-level"), help: "debug, info, error, panic, or a verbosity above 0.",
        transform: LogLevel.init(argument:))
    var level: LogLevel?

    @Option(help: "The same as a number: 0 is info, 1 debug, more trace. Not together with --zap-log-level.")
    var verbosity: Int?

    @Option(
        name: .customLong("zap-encoder"), help: "json for collectors, console for people.",
        transform: LogEncoding.init(argument:))
    var encoding = LogEncoding.json

    @Option(
        name: .customLong("zap-time-encoding"), help: "rfc3339, rfc3339nano, iso8601, epoch, millis or nano.",
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
