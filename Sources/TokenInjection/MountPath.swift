/// How a mount path lies to the token's directory, once both are clean.
enum MountRelation: Equatable {
    case same
    case below
    case above
    case apart

    /// Compares a `mountPath` with `/kelos/github-token` the way the node will see it: a relative path is made absolute as
    /// the kubelet does, and `//`, `.`, `..` and a trailing `/` are resolved as Go's path.Clean does. The root itself lies
    /// apart: a mount there hides nothing, the kubelet mounts the deeper path after it.
    init(of path: Span<UInt8>) {
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
                if matched == depth, depth < 2,
                    Self.isEqual(path, start, length, depth == 0 ? "kelos" : "github-token")
                {
                    matched += 1
                }
                depth += 1
            }
            start = end + 1
        }
        if matched == 2 {
            self = depth == 2 ? .same : .below
        } else {
            self = depth == 1 && matched == 1 ? .above : .apart
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
