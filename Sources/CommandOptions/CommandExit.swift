package import ArgumentParser
internal import Platform

extension AsyncParsableCommand {
    /// What `main` is for a program with threads of its own: parses, runs, and ends the process without exit handlers.
    ///
    /// OpenSSL's handler (OPENSSL_cleanup) frees what threads use that are still on their way out, and a clean stop would
    /// then end in a crash now and then.
    package static func runAndExit() async -> Never {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let code as ExitCode {
            ProcessExit.afterFlushing(code: code.rawValue)
        } catch {
            // Help, versions and command lines that cannot be used: nothing has been started.
            exit(withError: error)
        }
        ProcessExit.afterFlushing(code: 0)
    }
}
