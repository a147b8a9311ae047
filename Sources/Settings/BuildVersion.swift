/// What `--version`, the startup log line and the build metric say about this build.
package enum BuildVersion {
    package static let project = "0.1.0"

    /// The compiler's version as far as conditional compilation can tell: major and minor.
    package static var swift: String {
        #if compiler(>=6.5)
            "6.5+"
        #elseif compiler(>=6.4)
            "6.4"
        #elseif compiler(>=6.3)
            "6.3"
        #else
            "6.2"
        #endif
    }
}
