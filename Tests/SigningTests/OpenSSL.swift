import Foundation

/// The `openssl` program: an implementation to check against that shares no call with ours.
enum OpenSSL {
    struct Failed: Error {
        let status: Int32
    }

    /// Runs it in a folder of its own, with `files` in it, and gives what it wrote.
    static func run(_ arguments: [String], files: [String: [UInt8]] = [:]) throws -> [UInt8] {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, bytes) in files { try Data(bytes).write(to: folder.appending(path: name)) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.currentDirectoryURL = folder
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let written = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failed(status: process.terminationStatus) }
        return [UInt8](written)
    }

    /// Whether `openssl dgst` takes it for a signature by the private key's other half.
    static func verifies(_ signature: [UInt8], over message: [UInt8], by privateKey: [UInt8]) throws -> Bool {
        let publicKey = try run(["rsa", "-in", "key.pem", "-pubout"], files: ["key.pem": privateKey])
        let files = ["public.pem": publicKey, "signature": signature, "message": message]
        let answer = try run(
            ["dgst", "-sha256", "-verify", "public.pem", "-signature", "signature", "message"], files: files)
        return String(decoding: answer, as: UTF8.self) == "Verified OK\n"
    }
}

/// Keys made for this run; none is ever in the repository.
enum Keys {
    static let pkcs1 = Result { try OpenSSL.run(["genrsa", "-traditional", "2048"]) }
    static let pkcs8 = Result { try OpenSSL.run(["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]) }
    static let short = Result { try OpenSSL.run(["genrsa", "-traditional", "1024"]) }
    static let elliptic = Result { try OpenSSL.run(["ecparam", "-name", "prime256v1", "-genkey", "-noout"]) }
    static let encryptedPKCS1 = Result { try encrypted("rsa", "-traditional", "-aes256") }
    static let encryptedPKCS8 = Result { try encrypted("pkcs8", "-topk8") }

    private static func encrypted(_ command: String...) throws -> [UInt8] {
        try OpenSSL.run(
            command + ["-in", "key.pem", "-passout", "pass:canary"], files: ["key.pem": try pkcs1.get()])
    }
}
