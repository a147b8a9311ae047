package import HTTPSemantics
package import Platform
package import TLS

/// An address to serve and what answers there.
package struct Endpoint: Sendable {
    package var address: SocketAddress
    /// The certificate for the next connection; nil serves plain HTTP/1.1.
    package var currentTLS: (@Sendable () -> TLSContext)?
    /// Makes the handler of one event loop.
    package var makeHandler: @Sendable () -> any RequestHandler

    package init(
        address: SocketAddress, currentTLS: (@Sendable () -> TLSContext)?,
        makeHandler: @escaping @Sendable () -> any RequestHandler
    ) {
        self.address = address
        self.currentTLS = currentTLS
        self.makeHandler = makeHandler
    }
}
