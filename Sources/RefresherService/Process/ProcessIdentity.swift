internal import Platform

/// What this process is called among its replicas.
struct ProcessIdentity: Equatable, Sendable {
    /// The pod's name, or the host's.
    let instance: String
    /// Of this process and no other: `instance_uuid`, as controller-runtime has it (pkg/leaderelection).
    let holder: String

    init(
        podName: String?, hostName: @autoclosure () -> String = ProcessIdentity.hostName,
        using generator: inout some RandomNumberGenerator
    ) {
        instance = podName ?? hostName()
        holder = "\(instance)_\(Self.uuid(using: &generator))"
    }

    private static var hostName: String {
        let name = String(decoding: ProcessFiles.read("/proc/sys/kernel/hostname"), as: UTF8.self)
        return String(name.prefix { !$0.isWhitespace })
    }

    /// RFC 9562 section 5.4.
    private static func uuid(using generator: inout some RandomNumberGenerator) -> String {
        let high = generator.next() & ~0xF000 | 0x4000
        let low = generator.next() & ~(0b11 << 62) | 0b10 << 62
        let digits = [high, low].map { half in
            let text = String(half, radix: 16)
            return String(repeating: "0", count: 16 - text.utf8.count) + text
        }.joined()
        var rest = Substring(digits)
        return [8, 4, 4, 4, 12].map { count in
            defer { rest = rest.dropFirst(count) }
            return String(rest.prefix(count))
        }.joined(separator: "-")
    }
}
