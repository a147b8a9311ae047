import ArgumentParser
import CommandOptions
import Settings

@main
struct KelosToken: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kelos-token",
        abstract: "Gives pods a GitHub token that does not go stale.",
        version: versionText,
        subcommands: [
            MutateCommand.self, CheckCommand.self, SandboxCommand.self, VersionCommand.self, CompletionCommand.self,
        ])

    /// Yams is named by its major version, the part that Package.swift promises.
    static let versionText = "kelos-token \(BuildVersion.project) (Swift \(BuildVersion.swift), Yams 6)"

    static func main() async { await runAndExit() }
}
