internal import COpenSSL

/// PEM text with certificates of authorities.
package enum CertificateBundle {
    /// How many certificates the text holds; zero when there is none or one is broken.
    package static func count(_ pem: [UInt8]) -> Int {
        ERR_clear_error()
        defer { ERR_clear_error() }
        return PEM.certificates(pem).count
    }

    /// One certificate of a bundle.
    package struct Entry: Hashable, Sendable {
        /// SHA-256 of the DER, in hexadecimal: the same for the same certificate, however its PEM is written.
        package let fingerprint: String
        /// Seconds since 1970.
        package let validity: ClosedRange<Int64>
        /// As OpenSSL writes it, without the text that may stand around it.
        package let pem: [UInt8]
    }

    /// The certificates in the text, in its order; none when one is broken. One whose dates make no sense is left out, as
    /// it vouches for nobody.
    package static func entries(_ pem: [UInt8]) -> [Entry] {
        ERR_clear_error()
        defer { ERR_clear_error() }
        return PEM.certificates(pem).compactMap { certificate in
            certificate.validity.map {
                Entry(fingerprint: certificate.fingerprint, validity: $0, pem: certificate.pem)
            }
        }
    }
}
