package import HTTPTransport

/// Certificates as a transport needs them.
package struct TLSMaterial: Sendable, Equatable {
    /// PEM; nil for those the system trusts.
    package let authority: [UInt8]?
    /// PEM.
    package let certificate: [UInt8]?
    /// PEM.
    package let key: Redacted<[UInt8]>?
    package let serverName: String?
}

/// Takes up certificates that were replaced on disk: a cluster's authority and a client's identity outlive no program that
/// must run for months.
package actor ReloadingTransport: HTTPTransport {
    /// As the token file.
    static let rereadAfter = Duration.seconds(60)

    package typealias Make = @Sendable (TLSMaterial) throws(TransportError) -> any HTTPTransport

    private let access: ClusterAccess
    private let clock: any ClientClock
    private let readFile: ReadFile
    private let make: Make
    private var current: (transport: any HTTPTransport, material: TLSMaterial, checkedAt: Duration)?

    /// - Parameter make: a transport that trusts the material. Its message may be shown, so it names no key.
    package init(_ access: ClusterAccess, clock: any ClientClock, readFile: @escaping ReadFile, make: @escaping Make) {
        self.access = access
        self.clock = clock
        self.readFile = readFile
        self.make = make
    }

    package nonisolated func send(_ request: OutgoingRequest) async throws(TransportError) -> IncomingResponse {
        let used = try await transport(checking: false)
        do {
            return try await used.transport.send(request)
        } catch {
            guard error.code == .tlsFailed else { throw error }
            let other = try await transport(checking: true)
            guard other.material != used.material else { throw error }
            return try await other.transport.send(request)
        }
    }

    package nonisolated func stream(_ request: OutgoingRequest) async throws(TransportError) -> IncomingStream {
        let used = try await transport(checking: false)
        do {
            return try await used.transport.stream(request)
        } catch {
            guard error.code == .tlsFailed else { throw error }
            let other = try await transport(checking: true)
            guard other.material != used.material else { throw error }
            return try await other.transport.stream(request)
        }
    }

    private func transport(
        checking: Bool
    ) async throws(TransportError) -> (transport: any HTTPTransport, material: TLSMaterial) {
        let now = clock.now()
        if !checking, let current, now - current.checkedAt < Self.rereadAfter {
            return (current.transport, current.material)
        }
        do {
            let material = try await material()
            if let current, current.material == material {
                self.current = (current.transport, material, now)
                return (current.transport, material)
            }
            let transport = try make(material)
            current = (transport, material, now)
            return (transport, material)
        } catch {
            // Half-written files and bad pairs pass; what worked until now goes on.
            guard let current else { throw error }
            self.current = (current.transport, current.material, now)
            return (current.transport, current.material)
        }
    }

    private func material() async throws(TransportError) -> TLSMaterial {
        let key = try await bytes(of: access.identity?.key)
        return TLSMaterial(
            authority: try await bytes(of: access.authority),
            certificate: try await bytes(of: access.identity?.certificate),
            key: key.map { Redacted($0) }, serverName: access.tlsServerName)
    }

    private func bytes(of material: ClusterAccess.Material?) async throws(TransportError) -> [UInt8]? {
        switch material {
        case nil: return nil
        case .data(let data)?: return data.value
        case .file(let path)?:
            do {
                return try await readFile(path)
            } catch {
                throw TransportError(.tlsFailed, "Cannot read \(path)")
            }
        }
    }
}
