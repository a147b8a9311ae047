/// A path inside a container that is ours, or Kelos's.
enum OwnPath {
    /// `/kelos/github-token`, a directory.
    case token

    /// `/usr/local/bin/gh`, a file.
    case wrapper

    /// `/kelos/bin`, where Kelos puts the program that runs the agents of WorkerPools.
    case runner

    /// How many names it has.
    var depth: Int {
        switch self {
        case .token, .runner: 2
        case .wrapper: 4
        }
    }

    /// - Parameter depth: below `depth`.
    func name(at depth: Int) -> StaticString {
        switch (self, depth) {
        case (.token, 0), (.runner, 0): "kelos"
        case (.token, _): "github-token"
        case (.runner, _): "bin"
        case (.wrapper, 0): "usr"
        case (.wrapper, 1): "local"
        case (.wrapper, 2): "bin"
        case (.wrapper, _): "gh"
        }
    }
}

/// How a mount path lies to one of those, once both are clean.
enum MountRelation: Equatable {
    case same
    case below
    case above
    case apart

    /// Compares a `mountPath` with one of those the way the node will see it: a relative path is made absolute as the
    /// kubelet does, and `//`, `.`, `..` and a trailing `/` are resolved as Go's path.Clean does. The root itself lies
    /// apart: a mount there hides nothing, the kubelet mounts the deeper path after it.
    init(of path: Span<UInt8>, to own: OwnPath) {
        var depth = 0
        var matched = 0
        var start = 0
        while start <= path.count {
            var end = start
            while end < path.count, path[end] != UInt8(ascii: "/") { end += 1 }
            let length = end - start
            if length == 2, path[start] == UInt8(ascii: "."), path[start + 1] == UInt8(ascii: ".") {
                depth = max(0, depth - 1)
                matched = min(matched, depth)
            } else if length > 0, !(length == 1 && path[start] == UInt8(ascii: ".")) {
                if matched == depth, depth < own.depth, Self.isEqual(path, start, length, own.name(at: depth)) {
                    matched += 1
                }
                depth += 1
            }
            start = end + 1
        }
        if matched == own.depth {
            self = depth == matched ? .same : .below
        } else {
            self = depth > 0 && depth == matched ? .above : .apart
        }
    }

    private static func isEqual(_ path: Span<UInt8>, _ start: Int, _ length: Int, _ name: StaticString) -> Bool {
        guard length == name.utf8CodeUnitCount else { return false }
        for offset in 0..<length {
            if unsafe path[start + offset] != name.utf8Start[offset] { return false }
        }
        return true
    }
}
