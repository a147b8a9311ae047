// swift-tools-version: 6.2
import PackageDescription

// One set of rules for every target: no warning survives, and every unsafe construct is spelled `unsafe`.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

// A view of a JSON document is ~Escapable: the compiler holds it to the lifetime of the bytes it looks at.
let views: [SwiftSetting] = strict + [.enableExperimentalFeature("Lifetimes")]

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let lifecycleTestKit: Target.Dependency = .product(
    name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let heap: Target.Dependency = .product(name: "HeapModule", package: "swift-collections")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

// The order below is the order of the layers: a target depends on targets above it only.
// hack/check-layers.sh holds the imports against it.
let package = Package(
    name: "kelos-token",
    products: [
        .executable(name: "kelos-token-webhook", targets: ["kelos-token-webhook"]),
        .executable(name: "kelos-token-refresher", targets: ["kelos-token-refresher"]),
        .executable(name: "kelos-token", targets: ["kelos-token"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // Layer 0: C modules, one importer each.
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CNghttp2", pkgConfig: "libnghttp2", providers: [.apt(["libnghttp2-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),

        // Layer 1: the pure core. No I/O, no clock, no C.
        .target(name: "CivilCalendar", swiftSettings: strict),
        .target(name: "RawJSON", swiftSettings: views),
        .target(
            name: "TokenInjection", dependencies: ["RawJSON"], resources: [.embedInCode("gh")], swiftSettings: views),
        .target(name: "Admission", dependencies: ["RawJSON", "TokenInjection"], swiftSettings: views),
        .target(name: "HTTPSemantics", swiftSettings: strict),
        .target(name: "HTTPTransport", swiftSettings: strict),
        .target(name: "TokenRefresh", dependencies: ["CivilCalendar", heap], swiftSettings: strict),
        .target(name: "CertificateRotation", swiftSettings: strict),
        .target(name: "Settings", swiftSettings: strict),
        .target(name: "Telemetry", dependencies: ["CivilCalendar", "Settings", logging], swiftSettings: strict),

        // Layer 2: the system. File descriptors, epoll, the OpenSSL and nghttp2 engines.
        .target(name: "Platform", dependencies: ["CLinux"], swiftSettings: strict),
        .target(name: "TLS", dependencies: ["COpenSSL"], swiftSettings: strict),
        .target(name: "HTTP2", dependencies: ["CNghttp2", "HTTPSemantics"], swiftSettings: strict),

        // Layer 3: protocol drivers.
        .target(
            name: "HTTPServer", dependencies: ["HTTPSemantics", "HTTP2", "Platform", "TLS"], swiftSettings: strict),
        .target(name: "TLSDial", dependencies: ["Platform", "TLS"], swiftSettings: strict),
        .target(name: "HTTPClient", dependencies: ["CCurl", "HTTPTransport", "Platform"], swiftSettings: strict),

        // Layer 4: clients. They know HTTPTransport and not what carries it.
        .target(
            name: "GitHubApps", dependencies: ["HTTPTransport", "RawJSON", "TokenRefresh"], swiftSettings: strict),
        .target(name: "Kubernetes", dependencies: ["HTTPTransport", "Platform", "RawJSON"], swiftSettings: views),
        .target(
            name: "PodWiring", dependencies: ["Kubernetes", "RawJSON", "TokenInjection"], swiftSettings: strict),
        .target(name: "KubeconfigYAML", dependencies: ["RawJSON", yams], swiftSettings: strict),

        // Layer 5: applications, on the frame that every serving process has.
        .target(
            name: "Operations",
            dependencies: [
                "HTTPSemantics", "HTTPServer", "Platform", "Settings", "Telemetry", logging, lifecycle, unixSignals,
            ],
            swiftSettings: strict),
        .target(
            name: "WebhookService",
            dependencies: [
                "Admission", "HTTPSemantics", "HTTPServer", "Operations", "Platform", "Settings", "TLS", "TLSDial",
                "Telemetry", "TokenInjection", logging, lifecycle,
            ],
            swiftSettings: strict),
        .target(
            name: "RefresherService",
            dependencies: [
                "CertificateRotation", "GitHubApps", "HTTPClient", "HTTPTransport", "Kubernetes", "Operations",
                "Platform", "PodWiring", "RawJSON", "Settings", "TLS", "TLSDial", "Telemetry", "TokenRefresh",
                logging, lifecycle,
            ], swiftSettings: strict),
        .target(
            name: "PodManifests", dependencies: ["Admission", "RawJSON", "TokenInjection", yams], swiftSettings: strict),
        .target(
            name: "Sandbox",
            dependencies: [
                "HTTPClient", "HTTPSemantics", "HTTPServer", "HTTPTransport", "Platform", "PodManifests", "RawJSON",
                "TLS",
            ],
            swiftSettings: strict),
        .target(
            name: "InstallationCheck",
            dependencies: [
                "HTTPTransport", "Kubernetes", "Platform", "PodManifests", "PodWiring", "RawJSON", "Settings", "TLS",
                "TLSDial",
                "TokenInjection", "TokenRefresh",
            ],
            resources: [.embedInCode("mutatingwebhookconfiguration.yaml")], swiftSettings: strict),

        // Executables: settings in, run, exit code out. CommandOptions holds the flags that several of them have.
        .target(
            name: "CommandOptions", dependencies: ["Operations", "Platform", "Settings", argumentParser],
            swiftSettings: strict),
        .executableTarget(
            name: "kelos-token-webhook",
            dependencies: [
                "CommandOptions", "HTTP2", "HTTPSemantics", "HTTPServer", "Operations", "Platform", "Settings", "TLS",
                "WebhookService", argumentParser,
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "kelos-token-refresher",
            dependencies: [
                "CertificateRotation", "CommandOptions", "HTTPClient", "Kubernetes", "Operations", "Platform",
                "RefresherService", "Settings", "TLS", "TokenRefresh", argumentParser,
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "kelos-token",
            dependencies: [
                "CommandOptions", "HTTPClient", "InstallationCheck", "KubeconfigYAML", "Kubernetes", "PodManifests",
                "Platform", "Sandbox", "Settings", argumentParser, unixSignals,
            ],
            swiftSettings: strict),

        // Tests. CoreProbe opens the pure core to oracles in Python; it is no product.
        .executableTarget(
            name: "CoreProbe", dependencies: ["Admission", "RawJSON", "TokenInjection"], path: "Tests/CoreProbe",
            swiftSettings: views),
        .testTarget(name: "CivilCalendarTests", dependencies: ["CivilCalendar"], swiftSettings: strict),
        .testTarget(name: "HTTPSemanticsTests", dependencies: ["HTTPSemantics"], swiftSettings: strict),
        .testTarget(name: "RawJSONTests", dependencies: ["RawJSON"], swiftSettings: views),
        .testTarget(name: "TokenInjectionTests", dependencies: ["RawJSON", "TokenInjection"], swiftSettings: views),
        .testTarget(
            name: "AdmissionTests", dependencies: ["Admission", "RawJSON", "TokenInjection"], swiftSettings: views),
        .testTarget(name: "TokenRefreshTests", dependencies: ["TokenRefresh"], swiftSettings: strict),
        .testTarget(
            name: "GitHubAppsTests", dependencies: ["GitHubApps", "HTTPTransport", "TokenRefresh"],
            swiftSettings: strict),
        .testTarget(name: "SigningTests", dependencies: ["GitHubApps", "TLS", "TokenRefresh"], swiftSettings: strict),
        .testTarget(name: "SettingsTests", dependencies: ["Settings"], swiftSettings: strict),
        .testTarget(
            name: "TelemetryTests", dependencies: ["Settings", "Telemetry", logging], exclude: ["Golden"],
            swiftSettings: strict),
        .testTarget(name: "HTTP2Tests", dependencies: ["HTTP2", "HTTPSemantics"], swiftSettings: strict),

        // Tests of the server. ServerTestSupport holds the clients and fixtures that they share; it is no product.
        .target(
            name: "ServerTestSupport",
            dependencies: ["COpenSSL", "HTTPSemantics", "HTTPServer", "Platform", "TLS", logging],
            path: "Tests/ServerTestSupport", swiftSettings: strict),
        .testTarget(name: "PlatformTests", dependencies: ["Platform", "ServerTestSupport"], swiftSettings: strict),
        .testTarget(name: "TLSTests", dependencies: ["TLS", "ServerTestSupport"], swiftSettings: strict),
        .testTarget(
            name: "HTTPServerTests",
            dependencies: ["HTTPSemantics", "HTTPServer", "Platform", "TLS", "ServerTestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "OperationsTests",
            dependencies: ["Operations", "Platform", "ServerTestSupport", "Telemetry", lifecycleTestKit, logging],
            swiftSettings: strict),
        .testTarget(
            name: "WebhookServiceTests",
            dependencies: [
                "HTTPSemantics", "HTTPServer", "Operations", "Platform", "Settings", "TLS", "Telemetry",
                "ServerTestSupport", "WebhookService", "kelos-token-webhook", argumentParser, lifecycle,
                lifecycleTestKit, logging,
            ], swiftSettings: strict),
        .testTarget(
            name: "KubernetesTests", dependencies: ["HTTPTransport", "KubeconfigYAML", "Kubernetes"],
            swiftSettings: strict),
        .testTarget(
            name: "RefresherProcessTests",
            dependencies: [
                "CertificateRotation", "GitHubApps", "HTTPClient", "HTTPTransport", "Kubernetes", "Operations",
                "Platform", "RefresherService", "ServerTestSupport", "Settings", "Telemetry", "TokenRefresh",
                "kelos-token-refresher", argumentParser,
            ], swiftSettings: strict),
        .testTarget(
            name: "HTTPClientTests",
            dependencies: [
                "CCurl", "HTTPClient", "HTTPSemantics", "HTTPServer", "HTTPTransport", "Platform", "ServerTestSupport",
                "TLS",
            ],
            exclude: ["Peers"], swiftSettings: strict),
        .testTarget(
            name: "SandboxTests",
            dependencies: [
                "HTTPSemantics", "HTTPServer", "Platform", "PodManifests", "Sandbox", "ServerTestSupport", "TLS",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "InstallationCheckTests",
            dependencies: [
                "Admission", "HTTPClient", "HTTPTransport", "InstallationCheck", "Kubernetes", "Platform",
                "PodManifests", "PodWiring", "RawJSON", "Sandbox", "ServerTestSupport", "TLS", "TLSDial",
                "TokenInjection", "TokenRefresh",
            ], swiftSettings: strict),
        .testTarget(
            name: "PodWiringTests", dependencies: ["Kubernetes", "PodManifests", "PodWiring"], swiftSettings: strict),
        // Virtual time for the refresher and what it talks to; no product.
        .target(
            name: "RefresherSimulation",
            dependencies: [
                "HTTPSemantics", "HTTPTransport", "Kubernetes", "PodManifests", "Sandbox", "TokenRefresh", heap,
            ], path: "Tests/RefresherSimulation", swiftSettings: strict),
        .testTarget(
            name: "RefresherSimulationTests",
            dependencies: ["HTTPTransport", "Kubernetes", "PodManifests", "RefresherSimulation", "Sandbox"],
            swiftSettings: strict),
        .testTarget(
            name: "CertificateRotationTests", dependencies: ["CertificateRotation", "RefresherSimulation"],
            swiftSettings: strict),
        .testTarget(
            name: "RefresherServiceTests",
            dependencies: [
                "CertificateRotation", "GitHubApps", "HTTPTransport", "Kubernetes", "Platform", "PodManifests",
                "RefresherService", "RefresherSimulation", "Sandbox", "TLS", "TokenRefresh",
            ], swiftSettings: strict),
        .testTarget(
            name: "RefresherFaultTests",
            dependencies: [
                "GitHubApps", "HTTPTransport", "Kubernetes", "PodManifests", "RefresherService", "RefresherSimulation",
                "Sandbox", "TLS", "TokenRefresh",
            ], swiftSettings: strict),
        .testTarget(
            name: "PodManifestsTests", dependencies: ["PodManifests", "TokenInjection"], swiftSettings: strict),
    ]
)
