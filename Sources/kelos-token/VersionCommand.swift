import ArgumentParser

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Print the version, with those of compiler and libraries.")

    func run() {
        print(KelosToken.versionText)
    }
}
