import Testing

@testable import Kubernetes

@Suite("A Secret's keys")
struct SecretContentsTests {
    private static let selection = MetadataSelection(dataKeys: ["GITHUB_TOKEN", "appID"])

    private func managed(_ fields: String...) -> String {
        let managers = fields.map { #"{"manager":"m","operation":"Update","fieldsType":"FieldsV1","fieldsV1":\#($0)}"# }
        return #","managedFields":[\#(managers.joined(separator: ","))]"#
    }

    private func dataKeys(_ extra: String, _ selection: MetadataSelection = Self.selection) async throws -> Set<String>?
    {
        let fixture = try Fixture([.ok(object("a", version: "7", extra: extra))])
        return try await fixture.client.metadata(
            .secrets, ObjectKey(namespace: "ns", name: "a"), selecting: selection
        ).dataKeys
    }

    @Test("are told by the managed fields of all managers")
    func managedFields() async throws {
        #expect(
            try await dataKeys(
                managed(
                    #"{"f:data":{".":{},"f:GITHUB_TOKEN":{},"f:other":{}},"f:type":{}}"#,
                    #"{"f:stringData":{"f:appID":{}}}"#)) == ["GITHUB_TOKEN", "appID"])
        #expect(try await dataKeys(managed(#"{"f:type":{}}"#)) == [])
        #expect(try await dataKeys(managed(#"{"f:data":{"GITHUB_TOKEN":{},"f:":{}}}"#)) == [])
    }

    @Test("are unknown without managed fields, and where nobody asks")
    func unknown() async throws {
        #expect(try await dataKeys("") == nil)
        #expect(try await dataKeys(#","managedFields":[]"#) == nil)
        #expect(try await dataKeys(#","managedFields":[{"manager":"m"}]"#) == nil)
        #expect(try await dataKeys(managed(#"{"f:data":{"f:appID":{}}}"#), MetadataSelection()) == nil)
    }

    @Test("come with the values that are wanted when the Secret is read as a whole")
    func whole() async throws {
        let fixture = try Fixture([
            .ok(
                #"{"metadata":{"name":"a","namespace":"ns","resourceVersion":"7"},"#
                    + #""data":{"appID":"MTI=","privateKey":"a2V5","GITHUB_TOKEN":"%%"}}"#)
        ])
        let contents = try await fixture.client.secret(
            ObjectKey(namespace: "ns", name: "a"), selecting: MetadataSelection(), values: ["appID", "none"])
        #expect(fixture.server.lines == ["GET /api/v1/namespaces/ns/secrets/a"])
        #expect(contents.metadata.resourceVersion == "7")
        #expect(contents.keys == ["appID", "privateKey", "GITHUB_TOKEN"])
        #expect(contents.values == ["appID": Redacted(Array("12".utf8))])
        #expect(!"\(contents)".contains("49"))
    }

    @Test("and an answer that is no Secret is an error that shows nothing of it")
    func malformed() async throws {
        for body in [#"{"metadata":{"name":"a"},"data":{"appID":"\#(canary)%"}}"#, "[\(canary)", "{}"] {
            let fixture = try Fixture([.ok(body)])
            let error = await #expect(throws: KubernetesError.self) {
                try await fixture.client.secret(
                    ObjectKey(namespace: "ns", name: "a"), selecting: MetadataSelection(), values: ["appID"])
            }
            #expect(error?.code == .malformed)
            #expect(error?.message.contains(canary) == false)
        }
    }
}
