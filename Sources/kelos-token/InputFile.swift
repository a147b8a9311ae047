import Foundation
import PodManifests

/// The files of `-f`.
enum InputFile {
    /// What error messages call a file.
    static func name(_ path: String) -> String {
        path == "-" ? "standard input" : path
    }

    static func bytes(of path: String) throws(ManifestError) -> [UInt8] {
        do {
            if path == "-" { return Array(try FileHandle.standardInput.readToEnd() ?? Data()) }
            var isDirectory: ObjCBool = false
            if unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue {
                throw ManifestError(file: name(path), problem: "is a directory; name its files")
            }
            return Array(try Data(contentsOf: URL(filePath: path)))
        } catch let error as ManifestError {
            throw error
        } catch let error as CocoaError where error.code == .fileReadNoSuchFile {
            throw ManifestError(file: name(path), problem: "does not exist")
        } catch let error as CocoaError where error.code == .fileReadNoPermission {
            throw ManifestError(file: name(path), problem: "may not be read by this user")
        } catch {
            throw ManifestError(file: name(path), problem: "cannot be read")
        }
    }
}
