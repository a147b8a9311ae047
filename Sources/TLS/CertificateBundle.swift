internal import COpenSSL

/// PEM text with certificates of authorities.
package enum CertificateBundle {
    /// How many certificates the text holds; zero when there is none or one is broken.
    package static func count(_ pem: [UInt8]) -> Int {
        ERR_clear_error()
        defer { ERR_clear_error() }
        return PEM.certificates(pem).count
    }
}
