internal import PodManifests

/// Reads the binary form (apimachinery pkg/runtime/serializer/protobuf) of the kinds that kubectl's own generators send in
/// it: `kubectl create secret` and `kubectl create namespace`.
enum ProtobufObject {
    private static let magic = Array("k8s\u{0}".utf8)

    private indirect enum Field {
        case text(String)
        case bytes(String)
        case integer(String)
        case flag(String)
        case message(String, [UInt64: Field])
        case texts(String)
        case messages(String, [UInt64: Field])
        case textMap(String)
        case bytesMap(String)
    }

    private static let owner: [UInt64: Field] = [
        1: .text("kind"), 3: .text("name"), 4: .text("uid"), 5: .text("apiVersion"), 6: .flag("controller"),
        7: .flag("blockOwnerDeletion"),
    ]
    private static let metadata: [UInt64: Field] = [
        1: .text("name"), 2: .text("generateName"), 3: .text("namespace"), 5: .text("uid"), 6: .text("resourceVersion"),
        7: .integer("generation"), 11: .textMap("labels"), 12: .textMap("annotations"),
        13: .messages("ownerReferences", owner), 14: .texts("finalizers"),
    ]
    private static let secret: [UInt64: Field] = [
        1: .message("metadata", metadata), 2: .bytesMap("data"), 3: .text("type"), 4: .textMap("stringData"),
        5: .flag("immutable"),
    ]
    private static let namespace: [UInt64: Field] = [1: .message("metadata", metadata)]

    /// - Throws: 415 for other kinds, 400 for what is broken.
    static func object(_ bytes: [UInt8]) throws(APIStatus) -> ManifestValue {
        guard bytes.starts(with: magic) else { throw .badRequest("the body of the request is no protobuf object") }
        var (apiVersion, kind, raw) = ("", "", ArraySlice<UInt8>())
        for field in try fields(bytes.dropFirst(magic.count)) {
            switch field.number {
            case 1:
                for part in try fields(field.bytes) {
                    let text = String(decoding: part.bytes, as: UTF8.self)
                    if part.number == 1 { apiVersion = text }
                    if part.number == 2 { kind = text }
                }
            case 2: raw = field.bytes
            default: break
            }
        }
        let schema: [UInt64: Field]
        switch (apiVersion, kind) {
        case ("v1", "Secret"): schema = secret
        case ("v1", "Namespace"): schema = namespace
        default:
            throw APIStatus(
                415, "UnsupportedMediaType",
                "the sandbox reads \(kind) as JSON only: write it with --dry-run=client -o json and create that file")
        }
        var object = try message(raw, schema)
        object.set("apiVersion", .string(apiVersion))
        object.set("kind", .string(kind))
        return object
    }

    private static func message(
        _ bytes: ArraySlice<UInt8>, _ schema: [UInt64: Field]
    ) throws(APIStatus) -> ManifestValue {
        var object = ManifestValue.object([])
        for field in try fields(bytes) {
            let text = String(decoding: field.bytes, as: UTF8.self)
            switch schema[field.number] {
            // Go writes empty strings and zeros as they are.
            case .text(let name)?: if !text.isEmpty { object.set(name, .string(text)) }
            case .bytes(let name)?: object.set(name, .string(Base64Text.encoded(Array(field.bytes))))
            case .integer(let name)?: if field.integer != 0 { object.set(name, .number(field.integer)) }
            case .flag(let name)?: object.set(name, .bool(field.integer != 0))
            case .message(let name, let inner)?: object.set(name, try message(field.bytes, inner))
            case .texts(let name)?: object.set(name, .array((object[name]?.elements ?? []) + [.string(text)]))
            case .messages(let name, let inner)?:
                object.set(name, .array((object[name]?.elements ?? []) + [try message(field.bytes, inner)]))
            case .textMap(let name)?: try add(field.bytes, .text("value"), to: name, of: &object)
            case .bytesMap(let name)?: try add(field.bytes, .bytes("value"), to: name, of: &object)
            case nil: break
            }
        }
        return object
    }

    /// One entry of a map: a message of key and value.
    private static func add(
        _ entry: ArraySlice<UInt8>, _ value: Field, to name: String, of object: inout ManifestValue
    ) throws(APIStatus) {
        let pair = try message(entry, [1: .text("key"), 2: value])
        object.set(path: [name, pair["key"]?.string ?? ""], pair["value"] ?? "")
    }

    private struct WireField {
        let number: UInt64
        var integer: UInt64 = 0
        var bytes: ArraySlice<UInt8> = []
    }

    private static func fields(_ bytes: ArraySlice<UInt8>) throws(APIStatus) -> [WireField] {
        var rest = bytes
        var result: [WireField] = []
        while !rest.isEmpty {
            let tag = try integer(&rest)
            var field = WireField(number: tag >> 3)
            switch tag & 7 {
            case 0: field.integer = try integer(&rest)
            case 1: rest = rest.dropFirst(8)
            case 2:
                guard let length = Int(exactly: try integer(&rest)), length <= rest.count else { throw broken }
                field.bytes = rest.prefix(length)
                rest = rest.dropFirst(length)
            case 5: rest = rest.dropFirst(4)
            default: throw broken
            }
            result.append(field)
        }
        return result
    }

    private static func integer(_ rest: inout ArraySlice<UInt8>) throws(APIStatus) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard let byte = rest.popFirst() else { throw broken }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw broken
    }

    private static var broken: APIStatus { .badRequest("the body of the request is a broken protobuf object") }
}
