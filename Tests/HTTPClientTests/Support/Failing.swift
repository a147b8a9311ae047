import HTTPTransport

/// The transport's error that `body` throws; nil when it throws none.
func failure<Value>(_ body: () async throws -> Value) async -> TransportError? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? TransportError
    }
}
