import Foundation

/// A directory of one test's own, removed with everything in it when the value goes.
package final class TemporaryDirectory: Sendable {
    package let path: String

    package init() throws {
        path =
            FileManager.default.temporaryDirectory
            .appendingPathComponent("kelos-token-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    package func path(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes in place, as an editor or `cp` does.
    package func write(_ bytes: [UInt8], to name: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
    }

    /// Writes beside the file and renames over it.
    package func replace(_ name: String, with bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path(name)), options: .atomic)
    }

    package func makeDirectory(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: path(name), withIntermediateDirectories: true)
    }

    package func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: path(name))
    }

    /// Points the symbolic link `name` at `target` in one step, as the kubelet does with `..data`.
    package func swapLink(_ name: String, to target: String) throws {
        let fresh = path("\(name).new")
        try FileManager.default.createSymbolicLink(atPath: fresh, withDestinationPath: target)
        guard unsafe rename(fresh, path(name)) == 0 else { throw CocoaError(.fileWriteUnknown) }
    }
}
