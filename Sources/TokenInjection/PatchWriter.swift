import RawJSON

/// Writes a JSON Patch (RFC 6902), operation by operation.
struct PatchWriter: ~Copyable {
    /// Room for the patch of a Task pod, whose three containers take 4 KB.
    private static let commonBytes = 8 << 10

    private var bytes = OutputBytes(capacity: commonBytes)
    private(set) var operations = 0
    private let pointer: [UInt8]

    /// - Parameter pointer: what every path begins with.
    init(pointer: [UInt8]) { self.pointer = pointer }

    /// Ends the patch and appends it to `output`.
    mutating func finish(into output: inout [UInt8]) {
        bytes.append("]")
        bytes.append(to: &output)
    }

    /// Writes an operation up to a part of the pod; the caller writes the rest of the path.
    private mutating func begin(_ operation: StaticString, under part: StaticString = "/spec/") {
        bytes.append(operations == 0 ? "[" : ",")
        operations += 1
        bytes.append("{\"op\":\"")
        bytes.append(operation)
        bytes.append("\",\"path\":\"")
        bytes.append(contentsOf: pointer)
        bytes.append(part)
    }

    private mutating func begin(_ operation: StaticString, in place: ContainerPlace, _ field: StaticString) {
        begin(operation)
        bytes.append(place.list.name)
        bytes.append("/")
        bytes.append(decimal: place.index)
        bytes.append("/")
        bytes.append(field)
    }

    // MARK: - Volume and mount

    /// Adds the volume with the token's file, and the list of volumes where there is none.
    mutating func addVolume(_ secret: borrowing SecretReference, to spec: JSONValue) {
        let exists = spec.field("volumes") != nil
        begin("add")
        bytes.append(exists ? "volumes/-\",\"value\":" : "volumes\",\"value\":[")
        bytes.append("{\"name\":\"kelos-github-token\",\"secret\":{\"secretName\":")
        bytes.append(secret.name)
        bytes.append(",\"items\":[{\"key\":")
        appendKey(of: secret)
        bytes.append(",\"path\":\"GITHUB_TOKEN\"}],\"optional\":true}}")
        bytes.append(exists ? "}" : "]}")
    }

    /// Adds the mount of that volume, and the list of mounts where there is none.
    mutating func addMount(to place: ContainerPlace, exists: Bool) {
        begin("add", in: place, "volumeMounts")
        bytes.append(exists ? "/-\",\"value\":" : "\",\"value\":[")
        bytes.append("{\"name\":\"kelos-github-token\",\"mountPath\":\"/kelos/github-token\",\"readOnly\":true}")
        bytes.append(exists ? "}" : "]}")
    }

    private mutating func appendKey(of secret: borrowing SecretReference) {
        if let key = secret.key { bytes.append(key) } else { bytes.append("\"GITHUB_TOKEN\"") }
    }

    // MARK: - gh wrapper

    /// Puts the script into the pod's annotations, and adds those where there are none.
    mutating func setWrapperScript(in annotations: JSONValue?) {
        let isPresent = annotations?.member(TokenNames.Annotation.wrapperScript) != nil
        begin(isPresent ? "replace" : "add", under: "/metadata/annotations")
        bytes.append(
            annotations == nil
                ? "\",\"value\":{\"kelos.dev/gh-wrapper-script\":" : "/kelos.dev~1gh-wrapper-script\",\"value\":")
        bytes.append(contentsOf: GHWrapper.quotedScript)
        bytes.append(annotations == nil ? "}}" : "}")
    }

    /// Adds the volume that makes a program of that annotation. The mode is 0755.
    mutating func addWrapperVolume(exists: Bool) {
        begin("add")
        bytes.append(exists ? "volumes/-\",\"value\":" : "volumes\",\"value\":[")
        bytes.append("{\"name\":\"kelos-gh-wrapper\",\"downwardAPI\":{\"items\":[{\"path\":\"gh\",\"fieldRef\":")
        bytes.append("{\"fieldPath\":\"metadata.annotations['kelos.dev/gh-wrapper-script']\"},\"mode\":493}]}}")
        bytes.append(exists ? "}" : "]}")
    }

    /// Adds the mount of that volume's only file, which hides no other file of the folder.
    mutating func addWrapperMount(to place: ContainerPlace, exists: Bool) {
        begin("add", in: place, "volumeMounts")
        bytes.append(exists ? "/-\",\"value\":" : "\",\"value\":[")
        bytes.append("{\"name\":\"kelos-gh-wrapper\",\"mountPath\":\"/usr/local/bin/gh\",\"subPath\":\"gh\",")
        bytes.append("\"readOnly\":true}")
        bytes.append(exists ? "}" : "]}")
    }

    // MARK: - Environment

    /// One container's `env` while it is added to.
    struct Environment {
        let place: ContainerPlace

        /// The list is there, so each entry is an operation of its own; otherwise one operation adds the whole list.
        let exists: Bool
        fileprivate(set) var added = 0

        /// Where to find what every operation that appends an entry begins with.
        fileprivate var opening = 0..<0

        init(of place: ContainerPlace, exists: Bool) {
            self.place = place
            self.exists = exists
        }
    }

    /// Writes what comes before an entry's members. With an index, the entry there is replaced; otherwise one is appended.
    private mutating func beginEntry(_ environment: inout Environment, replacing index: Int?) {
        if let index {
            begin("replace", in: environment.place, "env/")
            bytes.append(decimal: index)
            bytes.append("\",\"value\":{\"name\":\"")
        } else if !environment.exists {
            if environment.added == 0 {
                begin("add", in: environment.place, "env\",\"value\":[{\"name\":\"")
            } else {
                bytes.append(",{\"name\":\"")
            }
            environment.added += 1
        } else if environment.added == 0 {
            let start = bytes.count + 1
            begin("add", in: environment.place, "env/-\",\"value\":{\"name\":\"")
            environment.opening = start..<bytes.count
            environment.added += 1
        } else {
            bytes.append(",")
            bytes.append(copyOf: environment.opening)
            operations += 1
            environment.added += 1
        }
    }

    /// Writes what comes after an entry's members.
    private mutating func endEntry(_ environment: borrowing Environment, replacing index: Int?) {
        bytes.append(environment.exists || index != nil ? "}}" : "}")
    }

    /// Ends the list if one was begun.
    mutating func end(_ environment: borrowing Environment) {
        if !environment.exists, environment.added > 0 { bytes.append("]}") }
    }

    /// A variable with a literal value.
    ///
    /// - Parameters:
    ///   - ordinal: appended to the name, as git counts its settings.
    ///   - value: writes a JSON string: what the container is to see, except that `$(` is written `$$(` for Kubernetes.
    mutating func setVariable(
        _ environment: inout Environment, replacing index: Int? = nil, _ name: StaticString, _ ordinal: Int? = nil,
        value: (inout OutputBytes) -> Void
    ) {
        beginEntry(&environment, replacing: index)
        bytes.append(name)
        if let ordinal { bytes.append(decimal: ordinal) }
        bytes.append("\",\"value\":")
        value(&bytes)
        endEntry(environment, replacing: index)
    }

    /// A variable with the token itself, which a missing Secret does not keep from starting.
    mutating func addTokenVariable(
        _ environment: inout Environment, _ name: StaticString, _ secret: borrowing SecretReference
    ) {
        beginEntry(&environment, replacing: nil)
        bytes.append(name)
        bytes.append("\",\"valueFrom\":{\"secretKeyRef\":{\"name\":")
        bytes.append(secret.name)
        bytes.append(",\"key\":")
        appendKey(of: secret)
        bytes.append(",\"optional\":true}}")
        endEntry(environment, replacing: nil)
    }
}
