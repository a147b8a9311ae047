package import HTTPSemantics

/// How long a server waits and how much it holds. Times are milliseconds.
package struct ServerLimits: Sendable {
    package var http = HTTPLimits()

    /// From accept to the end of the TLS handshake; the API server gives its own side as long.
    package var handshakeMilliseconds: UInt64 = 10_000

    /// From a request's first byte to the end of its head.
    package var headMilliseconds: UInt64 = 10_000

    /// From the end of the head to the end of the body.
    package var bodyMilliseconds: UInt64 = 15_000

    /// From the first unsent byte of an answer to the last.
    package var writeMilliseconds: UInt64 = 15_000

    /// An open answer without news. Its producer decides when it ends; a day bounds one that was forgotten.
    package var openAnswerMilliseconds: UInt64 = 86_400_000

    /// Without any request. Above the 90 s after which the API server's client drops an idle connection itself
    /// (client-go transport/cache.go), so that it closes first and no request meets a closing connection.
    package var idleMilliseconds: UInt64 = 180_000

    /// How long a refused body is read and thrown away so that its answer arrives (RFC 9112 section 9.6), and how long a
    /// stopping server keeps a connection that has not yet asked anything.
    package var lingerMilliseconds: UInt64 = 2_000

    /// At the limit of connections, one that has been quiet for this long gives way to a new one: long enough for a
    /// handshake and a first request, short enough that silent peers cannot keep others out.
    package var quietMilliseconds: UInt64 = 1_000

    /// Connections served at once. The API server keeps 25 idle ones and opens more in a burst.
    package var connections = 1_024

    /// Connections above `connections` that still get a TLS handshake and the answer 503 with `Retry-After: 1`.
    package var shedConnections = 128

    /// Bytes of unfinished bodies over all connections: eighteen of the largest reviews at once.
    package var bufferedBodyBytes = 128 * 1024 * 1024

    package init() {}

    /// Connections that are accepted at all; past that, the kernel's queue holds them.
    var acceptedConnections: Int { connections + shedConnections }

    /// The same with the connection limits lowered until `descriptors` suffice for them, each keeping its share.
    package func fitting(descriptors: Int) -> ServerLimits {
        guard acceptedConnections > descriptors else { return self }
        var fitted = self
        fitted.shedConnections = min(shedConnections, max(1, descriptors / 8))
        fitted.connections = max(1, descriptors - fitted.shedConnections)
        return fitted
    }

    /// The part of the connection limits that one of `count` event loops enforces, since each has its own connections.
    func divided(by count: Int) -> ServerLimits {
        var share = self
        share.connections = max(1, connections / count)
        share.shedConnections = max(1, shedConnections / count)
        return share
    }
}
