internal import PodManifests

/// What kubectl and client libraries ask before anything else.
enum Discovery {
    /// Nil for paths that are not about discovery.
    static func answer(_ segments: [String]) -> ManifestValue? {
        switch segments {
        case ["api"]: return ["kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []]
        case ["apis"]:
            return ["kind": "APIGroupList", "apiVersion": "v1", "groups": .array(groups.map(group))]
        case ["version"]:
            return [
                "major": "1", "minor": "32", "gitVersion": "v1.32.0+sandbox", "gitCommit": "", "gitTreeState": "clean",
                "buildDate": "1970-01-01T00:00:00Z", "goVersion": "none", "compiler": "none", "platform": "linux/amd64",
            ]
        case ["openapi", "v3"]: return documents
        default: break
        }
        if segments.count == 2, segments[0] == "api", segments[1] == "v1" { return resources("", "v1") }
        if segments.count == 2, segments[0] == "apis", groups.contains(segments[1]) { return group(segments[1]) }
        if segments.count == 3, segments[0] == "apis" { return resources(segments[1], segments[2]) }
        if segments.starts(with: ["openapi", "v3"]) { return document(Array(segments.dropFirst(2))) }
        return nil
    }

    private static var groups: [String] {
        APIResource.all.map(\.group).reduce(into: []) { all, group in
            if !group.isEmpty, !all.contains(group) { all.append(group) }
        }
    }

    private static func versions(_ group: String) -> [String] {
        APIResource.all.first { $0.group == group }?.versions ?? []
    }

    private static func group(_ name: String) -> ManifestValue {
        let versions = versions(name).map { version -> ManifestValue in
            ["groupVersion": .string("\(name)/\(version)"), "version": .string(version)]
        }
        return [
            "kind": "APIGroup", "apiVersion": "v1", "name": .string(name), "versions": .array(versions),
            "preferredVersion": versions.first ?? .null,
        ]
    }

    private static func served(_ group: String, _ version: String) -> [APIResource] {
        APIResource.all.filter { $0.group == group && $0.versions.contains(version) }
    }

    private static func resources(_ group: String, _ version: String) -> ManifestValue? {
        let served = served(group, version)
        guard !served.isEmpty else { return nil }
        var list: [ManifestValue] = []
        for resource in served {
            list.append([
                "name": .string(resource.plural), "singularName": .string(resource.singular),
                "namespaced": .bool(resource.isNamespaced), "kind": .string(resource.kind),
                "verbs": resource.isReview
                    ? ["create"]
                    : ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"],
                "shortNames": .array(resource.shortNames.map { .string($0) }),
            ])
            guard resource.hasStatus else { continue }
            list.append([
                "name": .string("\(resource.plural)/status"), "singularName": "",
                "namespaced": .bool(resource.isNamespaced), "kind": .string(resource.kind),
                "verbs": ["get", "patch", "update"],
            ])
        }
        return [
            "kind": "APIResourceList", "apiVersion": "v1",
            "groupVersion": .string(group.isEmpty ? version : "\(group)/\(version)"), "resources": .array(list),
        ]
    }

    // MARK: OpenAPI

    /// One document for each group and version. They say no more than that the server validates fields itself, which is what
    /// kubectl looks for before it sends an object.
    private static var documents: ManifestValue {
        var paths: [ManifestMember] = [entry("api/v1")]
        for group in groups {
            for version in versions(group) { paths.append(entry("apis/\(group)/\(version)")) }
        }
        return ["paths": .object(paths)]
    }

    private static func entry(_ path: String) -> ManifestMember {
        ManifestMember(path, ["serverRelativeURL": .string("/openapi/v3/\(path)?hash=1")])
    }

    private static func document(_ segments: [String]) -> ManifestValue? {
        let (group, version) =
            segments.count == 3 ? (segments[1], segments[2]) : ("", segments.count == 2 ? segments[1] : "")
        let served = served(group, version)
        guard !served.isEmpty else { return nil }
        let paths = served.map { resource -> ManifestMember in
            let scope = resource.isNamespaced ? "/namespaces/{namespace}" : ""
            return ManifestMember(
                "/\(segments.joined(separator: "/"))\(scope)/\(resource.plural)/{name}",
                [
                    "patch": [
                        "parameters": [["name": "fieldValidation", "in": "query", "schema": ["type": "string"]]],
                        "responses": ["200": ["description": "OK"]],
                        "x-kubernetes-group-version-kind": [
                            "group": .string(group), "version": .string(version), "kind": .string(resource.kind),
                        ],
                    ]
                ])
        }
        return [
            "openapi": "3.0.0", "info": ["title": "Kubernetes", "version": "v1.32.0"], "paths": .object(paths),
            "components": ["schemas": [:]],
        ]
    }
}
