import Foundation

/// Runs Peers/http2_peer.py, which holds its answers until `count` requests are open at once.
struct HTTP2Peer {
    struct Failure: Error {}

    let port: UInt16
    private let process: Process
    private let folder: String

    init(count: Int) throws {
        let pair = try Certificates.shared.get().server
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("kelos-token-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(pair.certificate).write(to: URL(fileURLWithPath: "\(folder)/tls.crt"))
        try Data(pair.key).write(to: URL(fileURLWithPath: "\(folder)/tls.key"))
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Peers/http2_peer.py").path
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-B", script, "\(folder)/tls.crt", "\(folder)/tls.key", "\(count)"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard let port = UInt16(line.trimmingCharacters(in: .whitespacesAndNewlines)) else { throw Failure() }
        self.port = port
    }

    /// Kills the process where the client has not ended it by closing its connection.
    func end() {
        process.terminate()
        process.waitUntilExit()
        try? FileManager.default.removeItem(atPath: folder)
    }
}
