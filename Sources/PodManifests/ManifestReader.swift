internal import RawJSON

/// Takes a file apart into its documents.
package enum ManifestReader {
    /// A file that begins with a brace is tried as JSON first, several documents in a row included, as kubectl does;
    /// since YAML contains JSON with more freedom, what is no JSON may still be YAML.
    package static func manifests(in bytes: [UInt8], file: String) throws(ManifestError) -> [Manifest] {
        let first = bytes.first { !isSpace($0) }
        var jsonFault: ManifestError?
        if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
            do throws(ManifestError) {
                return try json(bytes, file: file)
            } catch {
                jsonFault = error
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ManifestError(file: file, problem: "is not UTF-8 text")
        }
        var reader = YAMLReader(file: file)
        do throws(ManifestError) {
            return try reader.documents(text).map {
                Manifest(file: file, document: $0.number, format: .yaml, value: $0.value)
            }
        } catch {
            throw jsonFault ?? error
        }
    }

    private static func json(_ bytes: [UInt8], file: String) throws(ManifestError) -> [Manifest] {
        var manifests: [Manifest] = []
        var start = 0
        while let next = bytes[start...].firstIndex(where: { !isSpace($0) }) {
            var document = bytes[next...]
            do throws(RawJSONError) {
                _ = try ManifestValue(json: Array(document))
            } catch {
                if error.code == .trailingBytes { document = document.prefix(error.offset) }
            }
            do throws(RawJSONError) {
                let value = try ManifestValue(json: Array(document))
                manifests.append(Manifest(file: file, document: manifests.count + 1, format: .json, value: value))
            } catch {
                throw ManifestError(
                    file: file, document: manifests.count + 1, line: line(of: next + error.offset, in: bytes),
                    problem: error.description)
            }
            start = document.endIndex
        }
        return manifests
    }

    private static func line(of offset: Int, in bytes: [UInt8]) -> Int {
        bytes.prefix(offset).count { $0 == UInt8(ascii: "\n") } + 1
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0D).contains(byte)
    }
}
