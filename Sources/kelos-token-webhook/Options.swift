import ArgumentParser
import CommandOptions
import Settings

struct AddressOptions: ParsableArguments {
    @Option(
        name: .customLong("webhook-bind-address"),
        help: ArgumentHelp("Where admission reviews are served over HTTPS. (default: :9443)", valueName: "address"),
        transform: BindAddress.init(argument:))
    var webhook = BindAddress.listen(nil, port: 9443)
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

    func enablesHTTP2() throws(ValidationError) -> Bool {
        try Switch.isOn(enableHTTP2Text, flag: "--enable-http2", default: true)
    }

    func validate() throws {
        _ = try enablesHTTP2()
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
