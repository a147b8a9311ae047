import RawJSON

/// What may be wrong with a mount where the token goes.
enum TokenMount {
    /// The field that takes one file of the volume, if the mount has one.
    static func subPathField(of mount: JSONValue) -> StaticString? {
        for field: StaticString in ["subPath", "subPathExpr"] {
            if let value = mount.field(field), value.textBound > 0 { return field }
        }
        return nil
    }

    /// - Parameter mount: the path of the mount, such as `spec.containers[0].volumeMounts[1]`.
    static func subPathViolation(_ field: StaticString, of mount: String) -> Violation {
        Violation(
            .subPathMount, .forbidden, at: "\(mount).\(field)",
            "the kubelet never updates a mount with \(field), so the container would keep its first token; mount "
                + "\"\(TokenNames.volume)\" at \(TokenNames.mountPath) without it, or leave the mount out")
    }

    /// - Parameters:
    ///   - mount: the path of the mount, such as `spec.containers[0].volumeMounts[1]`.
    ///   - detail: whose place it is and what to do.
    static func collision(
        at path: JSONValue, of mount: String,
        _ detail: String = "\(TokenNames.mountPath) and what is below it is reserved for the GitHub token; mount this "
            + "volume elsewhere"
    ) -> Violation {
        Violation(.mountCollision, .invalid, at: "\(mount).mountPath", value: Findings.quoted(path), detail)
    }
}
