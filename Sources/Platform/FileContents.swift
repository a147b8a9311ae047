internal import CLinux
internal import Glibc

/// Reads of small files: certificates, keys, /proc.
package enum FileContents {
    /// The whole file.
    ///
    /// - Throws: `SystemError`; `EFBIG` when the file is longer than `limit` bytes.
    package static func read(_ path: String, limit: Int) throws(SystemError) -> [UInt8] {
        let descriptor = try unsafe Descriptor(taking: kelos_open_read_only(path), from: "open \(path)")
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let count = unsafe Glibc.read(descriptor.rawValue, &chunk, chunk.count)
            if count == 0 { return bytes }
            if count < 0 {
                let error = SystemError.last("read \(path)")
                if error.code == EINTR { continue }
                throw error
            }
            bytes.append(contentsOf: chunk[0..<count])
            if bytes.count > limit { throw SystemError("read \(path)", code: EFBIG) }
        }
    }

    /// The names in a directory, without `.` and `..`; empty when it cannot be read.
    package static func names(in directory: String) -> [String] {
        guard let stream = unsafe opendir(directory) else { return [] }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }

    /// Writes all of `bytes` to standard error, one call where the kernel allows it, so that lines of threads do not mix.
    package static func writeToStandardError(_ bytes: [UInt8]) {
        var offset = 0
        while offset < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.write(STDERR_FILENO, $0.baseAddress.map { unsafe $0 + offset }, bytes.count - offset)
            }
            if count > 0 {
                offset += count
            } else if errno != EINTR {
                return
            }
        }
    }
}
