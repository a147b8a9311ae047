/// One document of a file.
package struct Manifest: Sendable, Equatable {
    package enum Format: Sendable, Equatable {
        case yaml, json
    }

    package let file: String
    /// Counted from 1 within the file.
    package let document: Int
    package let format: Format
    package var value: ManifestValue

    package init(file: String, document: Int, format: Format, value: ManifestValue) {
        self.file = file
        self.document = document
        self.format = format
        self.value = value
    }
}
