import Foundation
package import Platform

/// How long a test waits for what happens at once on an idle machine: so long that only a hang takes longer, on a machine
/// that is as busy as tests in parallel make it.
package enum Patience {
    package static let milliseconds: UInt64 = 120_000

    package static func deadline() -> MonotonicTime { MonotonicTime.now().advanced(milliseconds: milliseconds) }

    static func date() -> Date { Date(timeIntervalSinceNow: Double(milliseconds) / 1000) }

    static func dispatchTime() -> DispatchTime { .now() + .milliseconds(Int(milliseconds)) }
}
