internal import HTTPClient
internal import HTTPTransport
package import PodManifests
internal import Synchronization

/// Calls webhooks over HTTPS, as the API server does: by URL, under the authorities of their `caBundle`.
package final class WebhookCalls: AdmissionCaller {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// Seconds of `timeoutSeconds` when there are none, and the most there may be (admissionregistration/v1).
    private static let (usualTimeout, longestTimeout) = (10, 30)

    /// An answer holds a patch of what fits into a request.
    private static let largestAnswer = 16 << 20

    /// A registration is made anew with each certificate authority; older ones are not called again.
    private static let mostClients = 8

    private let clients = Mutex<[String: HTTPClient]>([:])

    package init() {}

    package func call(_ webhook: ManifestValue, review: [UInt8]) async throws -> [UInt8] {
        let configuration = webhook["clientConfig"]
        guard let url = configuration?["url"]?.string else {
            throw Failure(
                description: "the sandbox has no Services: clientConfig wants a url, https://127.0.0.1:9443/...")
        }
        let seconds = min(max(webhook["timeoutSeconds"]?.integer ?? Self.usualTimeout, 1), Self.longestTimeout)
        let client = try client(trusting: configuration?["caBundle"]?.string ?? "")
        let response = try await client.send(
            OutgoingRequest(
                "POST", "\(url)?timeout=\(seconds)s",
                fields: [
                    (name: "content-type", value: "application/json"), (name: "accept", value: "application/json"),
                ],
                body: review, timeout: .seconds(seconds), responseLimit: Self.largestAnswer))
        guard response.status == 200 else { throw Failure(description: "it answered with status \(response.status)") }
        return response.body
    }

    /// Ends every connection.
    package func stop() async {
        for client in clients.withLock({ Array($0.values) }) { await client.shutdown() }
    }

    private func client(trusting bundle: String) throws -> HTTPClient {
        try clients.withLock { clients in
            if let known = clients[bundle] { return known }
            var settings = HTTPClientSettings()
            settings.threadName = "sandbox-admit"
            settings.userAgent = "kelos-token-sandbox"
            if !bundle.isEmpty {
                guard let authorities = Base64Text.decoded(bundle) else {
                    throw Failure(description: "clientConfig.caBundle is not base64")
                }
                settings.tls.authorities = authorities
            }
            let made = try HTTPClient(settings)
            if clients.count >= Self.mostClients { clients.removeAll() }
            clients[bundle] = made
            return made
        }
    }
}
