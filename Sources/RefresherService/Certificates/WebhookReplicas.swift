internal import CertificateRotation
internal import Kubernetes
internal import Platform
internal import RawJSON
internal import TLS

/// Finds the replicas of the webhooks and looks at what each of them serves.
///
/// Those of a Service are read from its Endpoints and not from EndpointSlices: Endpoints have the Service's name, so that a
/// role can be about this one object, and they hold a thousand addresses.
struct WebhookReplicas: Sendable {
    /// Of one webhook; what is beyond them counts as unknown.
    private static let mostReplicas = 100
    /// Each has a thread for the time of its handshake.
    private static let mostAtOnce = 8

    private let client: KubernetesClient
    private let shownCertificates: @Sendable (SocketAddress) async throws -> [UInt8]
    private let lookup: @Sendable (URLTarget) async throws -> [SocketAddress]
    private let observer: any CertificateObserver

    init(
        _ client: KubernetesClient, shownCertificates: @escaping @Sendable (SocketAddress) async throws -> [UInt8],
        lookup: @escaping @Sendable (URLTarget) async throws -> [SocketAddress], observer: any CertificateObserver
    ) {
        self.client = client
        self.shownCertificates = shownCertificates
        self.lookup = lookup
        self.observer = observer
    }

    /// - Parameter now: seconds since 1970.
    func views(of registration: WebhookRegistration, at now: Int64) async -> [ReplicaView] {
        var views: [ReplicaView] = []
        for target in registration.targets {
            let entries = registration.entries.filter { $0.target?.address == target.address }
            views += await self.views(of: target, under: entries.map(\.authorities), at: now)
        }
        return views
    }

    private func views(of target: WebhookTarget, under bundles: [[UInt8]], at now: Int64) async -> [ReplicaView] {
        let addresses: [SocketAddress]
        do throws(CertificateProblem) {
            addresses = try await self.addresses(of: target)
        } catch {
            observer.observe(.unseen(place: target.address, reason: error.description))
            return [.unknown]
        }
        let reached = addresses.prefix(Self.mostReplicas)
        var views = [ReplicaView](repeating: .unknown, count: addresses.count - reached.count)
        await withTaskGroup(of: ReplicaView.self) { group in
            for (index, address) in reached.enumerated() {
                if index >= Self.mostAtOnce, let view = await group.next() { views.append(view) }
                group.addTask { await self.view(of: address, host: target.host, under: bundles, at: now) }
            }
            for await view in group { views.append(view) }
        }
        return views
    }

    private func view(
        of address: SocketAddress, host: String, under bundles: [[UInt8]], at now: Int64
    ) async -> ReplicaView {
        do {
            let presented = try PresentedCertificate(pem: try await shownCertificates(address))
            let isTrusted =
                try presented.isFor(host: host) && presented.validity.contains(now)
                && bundles.allSatisfy { try presented.trust(by: $0, at: nil) == .trusted }
            return .serves(fingerprint: presented.fingerprint, isTrusted: isTrusted)
        } catch let error as SystemError where error.isConnectionRefused {
            return .silent
        } catch {
            observer.observe(.unseen(place: "\(address)", reason: "\(error)"))
            return .unknown
        }
    }

    private func addresses(of target: WebhookTarget) async throws(CertificateProblem) -> [SocketAddress] {
        switch target {
        case .url(let url):
            do {
                return try await lookup(url)
            } catch {
                throw CertificateProblem("\(error)")
            }
        case .service(let service):
            do throws(KubernetesError) {
                let key = ObjectKey(namespace: service.namespace, name: service.name)
                let port = try ServicePort(try await client.get(.services, key), number: service.port)
                return try EndpointList(try await client.get(.endpoints, key), of: port).addresses
            } catch {
                // A Service without Endpoints has no replica yet.
                guard error.code != .notFound else { return [] }
                throw CertificateProblem(error)
            }
        }
    }
}

/// One port of a Service.
struct ServicePort: Sendable {
    /// Ties it to the ports of the Endpoints; empty where there is but one.
    let name: String

    init(_ body: [UInt8], number: Int) throws(KubernetesError) {
        var index = JSONIndex()
        guard let root = try? index.read(unsafe body.span.bytes) else {
            throw KubernetesError(.malformed, "The Service is not JSON")
        }
        if let spec = root.field("spec") {
            var ports = spec.elements(of: "ports")
            while let port = ports.nextElement() {
                guard port.field("port")?.integer == number else { continue }
                name = port.field("name")?.string ?? ""
                return
            }
        }
        throw KubernetesError(.malformed, "The Service has no port \(number), which the webhook's clientConfig names")
    }
}

/// The addresses behind a Service, those that are not ready among them: they may be soon, with an old certificate.
struct EndpointList: Sendable {
    private(set) var addresses: [SocketAddress] = []

    init(_ body: [UInt8], of wanted: ServicePort) throws(KubernetesError) {
        var index = JSONIndex()
        guard let root = try? index.read(unsafe body.span.bytes) else {
            throw KubernetesError(.malformed, "The Endpoints are not JSON")
        }
        var subsets = root.elements(of: "subsets")
        while let subset = subsets.nextElement() {
            var ports = subset.elements(of: "ports")
            while let port = ports.nextElement() {
                guard port.field("name")?.string ?? "" == wanted.name,
                    let number = port.field("port")?.integer.flatMap(UInt16.init(exactly:))
                else { continue }
                append(subset.elements(of: "addresses"), port: number)
                append(subset.elements(of: "notReadyAddresses"), port: number)
            }
        }
    }

    private mutating func append(_ elements: consuming JSONElements, port: UInt16) {
        var elements = elements
        while let element = elements.nextElement() {
            guard let host = element.field("ip")?.string else { continue }
            addresses.append(SocketAddress(host: host, port: port))
        }
    }
}
