/// The state of one thing that a probe asks about.
package struct HealthCheck: Sendable, Equatable {
    package let name: String
    package let isHealthy: Bool

    package init(_ name: String, isHealthy: Bool) {
        self.name = name
        self.isHealthy = isHealthy
    }
}
