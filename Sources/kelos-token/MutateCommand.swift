import ArgumentParser
import Foundation
import PodManifests

extension ManifestOutput: ExpressibleByArgument {}

struct MutateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mutate",
        abstract: "Show what the webhook would do with the pods and Kelos objects of a file, without a cluster.",
        discussion: """
            Pods, and the pod templates of Jobs, CronJobs, Deployments, StatefulSets, DaemonSets and ReplicaSets, are \
            treated as the webhook treats a pod that is being created. Tasks, TaskSpawners, WorkerPools, Sessions and \
            SessionSpawners of kelos.dev are checked as it checks them at kubectl apply, and printed as they are. So are \
            other objects. What was done with each object, and why, goes to standard error.

            The order of fields and unknown fields are kept; comments, quotes and anchors of YAML are not.

            Exit status: 0 when every object was accepted, 1 when one was refused or could not be read (it is left out \
            of the output), 64 when the command line was wrong.

            For example:
              kelos-token mutate -f pod.yaml -o diff
              kubectl get job fix-1 -o yaml | kelos-token mutate -f -
            """)

    @Option(
        name: [.customShort("f"), .customLong("filename")],
        help: "A file of YAML or JSON, any number of documents; - is standard input. May be repeated.",
        completion: .file(extensions: ["yaml", "yml", "json"]))
    var files: [String] = []

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: """
            yaml or json: the patched objects; patch: the JSON Patch of each document on a line; diff: a unified diff \
            of their YAML. (default: the patched objects in the format they came in)
            """)
    var output: ManifestOutput?

    @Option(
        name: [.customShort("n"), .customLong("namespace")],
        help: "The namespace of objects that name none.")
    var namespace = "default"

    func validate() throws {
        if files.isEmpty { throw ValidationError("Name a file with -f, or -f - for standard input.") }
        if files.count(where: { $0 == "-" }) > 1 { throw ValidationError("Standard input can be read once only.") }
        if namespace.isEmpty { throw ValidationError("The namespace must not be empty.") }
    }

    func run() throws {
        let mutation = PodMutation(defaultNamespace: namespace)
        var results: [MutatedManifest] = []
        var hasFailed = false
        for file in files {
            do throws(ManifestError) {
                for manifest in try ManifestReader.manifests(
                    in: try InputFile.bytes(of: file), file: InputFile.name(file))
                {
                    results.append(try mutation.mutated(manifest))
                }
            } catch {
                hasFailed = true
                StandardError.write("error: \(error)")
            }
        }
        for line in results.flatMap({ $0.reports.flatMap(\.lines) }) { StandardError.write(line) }
        FileHandle.standardOutput.write(Data(ManifestOutput.text(results, as: output).utf8))
        if hasFailed || results.contains(where: \.isRefused) { throw ExitCode.failure }
    }
}
