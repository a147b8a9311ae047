internal import PodManifests

/// The file by which clients find the sandbox. JSON, which every reader of YAML reads.
enum Kubeconfig {
    static func text(server: String, authority: [UInt8], token: String) -> [UInt8] {
        JSONWriter.indented([
            "apiVersion": "v1", "kind": "Config", "current-context": "sandbox",
            "clusters": [
                [
                    "name": "sandbox",
                    "cluster": [
                        "server": .string(server),
                        "certificate-authority-data": .string(Base64Text.encoded(authority)),
                    ],
                ]
            ],
            "contexts": [
                ["name": "sandbox", "context": ["cluster": "sandbox", "user": "sandbox", "namespace": "default"]]
            ],
            "users": [["name": "sandbox", "user": ["token": .string(token)]]],
        ])
    }
}
