/// A document after the webhook's rules were applied to every pod in it.
package struct MutatedManifest: Sendable {
    package let original: Manifest
    /// The document with all patches applied; the original where nothing was to do.
    package let value: ManifestValue
    /// One JSON Patch for the whole document; an empty array where nothing was to do.
    package let patch: ManifestValue
    /// One per object: several for a List.
    package let reports: [ObjectReport]

    /// Whether an API server with the webhook would refuse any object of the document.
    package var isRefused: Bool { reports.contains(where: \.isRefused) }
}
