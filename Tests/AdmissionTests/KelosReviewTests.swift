import Admission
import Testing
import TokenInjection

@Suite struct KelosReviewTests {
    private static let bad = #"{"volumes":[{"name":"kelos-x"},{"name":"workspace"}]}"#
    private static let badTask = #"{"metadata":{"name":"fix-1"},"spec":{"worker":{"podOverrides":\#(bad)}}}"#

    /// A review of a Task, or of what `fields` make of it.
    private func review(_ object: String = badTask, old: String = "null", fields: String = "", version: String = "v1")
        -> String
    {
        """
        {"kind":"AdmissionReview","apiVersion":"admission.k8s.io/\(version)","request":{"uid":"u-1",\
        "kind":{"group":"kelos.dev","version":"v1alpha2","kind":"Task"},"name":"fix-1","namespace":"team-a",\
        "operation":"CREATE",\(fields)"object":\(object),"oldObject":\(old),"dryRun":false}}
        """
    }

    private func decided(_ body: String) throws -> Reviewed { try reviewed(body, by: .kelosObjects) }

    @Test("A refusal carries every violation, byte for byte", arguments: ["v1", "v1beta1"])
    func refused(_ version: String) throws {
        let reviewed = try decided(review(version: version))
        let first =
            #"Invalid value: \"kelos-x\": uses the reserved \"kelos-\" volume name prefix; give the volume another name"#
        let second = #"Invalid value: \"workspace\": is a Kelos-reserved volume name; give the volume another name"#
        let field = "spec.worker.podOverrides.volumes"
        #expect(
            reviewed.answer
                == #"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/\#(version)","response":{"uid":"u-1","#
                + #""allowed":false,"status":{"status":"Failure","message":"Task.kelos.dev \"fix-1\" is invalid: ["#
                + #"\#(field)[0].name: \#(first), \#(field)[1].name: \#(second)]","reason":"Invalid","details":{"#
                + #""name":"fix-1","group":"kelos.dev","kind":"Task","causes":[{"reason":"FieldValueInvalid","message":"#
                + #""\#(first)","field":"\#(field)[0].name"},{"reason":"FieldValueInvalid","message":"\#(second)","#
                + #""field":"\#(field)[1].name"}]},"code":422},"auditAnnotations":{"reason":"reserved-volume"}}}"#)
        #expect(reviewed.outcome.decision == .refused(.reservedVolume))
    }

    @Test("An object within the rules is let through without a patch, with its warnings", arguments: ["v1", "v1beta1"])
    func passed(_ version: String) throws {
        let reviewed = try decided(
            review(#"{"spec":{"podOverrides":{"env":[{"name":"KELOS_MODEL"}]}}}"#, version: version))
        #expect(
            reviewed.answer
                == #"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/\#(version)","response":{"uid":"u-1","#
                + #""allowed":true,"auditAnnotations":{"reason":"within-rules"},"warnings":["#
                + #""spec.podOverrides.env[0].name: Kelos drops \"KELOS_MODEL\" when it sets it itself, from the field "#
                + #"model"]}}"#)
        #expect(reviewed.outcome.decision == .skipped(.withinRules))
    }

    @Test(
        "What is no creation or change of a kind of Kelos is let through without a look at it",
        arguments: [
            (#""operation":"DELETE","#, .notCreateOrUpdate), (#""operation":"CONNECT","#, .notCreateOrUpdate),
            (#""operation":null,"#, .notCreateOrUpdate), (#""subResource":"status","#, .subresource),
            (#""subResource":"scale","operation":"UPDATE","#, .subresource),
            (#""kind":{"group":"kelos.dev","version":"v1alpha2","kind":"Workspace"},"#, .notAKelosObject),
            (#""kind":{"group":"tekton.dev","version":"v1alpha2","kind":"Task"},"#, .notAKelosObject),
            (#""kind":{"group":"","version":"v1","kind":"Pod"},"#, .notAKelosObject),
            (#""kind":null,"#, .notAKelosObject), (#""kind":{},"#, .notAKelosObject),
        ] as [(String, SkipReason)])
    func notLookedAt(_ fields: String, _ reason: SkipReason) throws {
        let reviewed = try decided(review(fields: fields))
        #expect(reviewed.outcome.decision == .skipped(reason))
        #expect(reviewed.answer.hasSuffix(#""response":{"uid":"u-1","allowed":true}}"#))
    }

    @Test("A review without an object is let through")
    func noObject() throws {
        #expect(try decided(review("null")).outcome.decision == .skipped(.noObject))
        #expect(
            try decided(review("null", old: Self.badTask, fields: #""operation":"DELETE","#)).outcome.decision
                == .skipped(.notCreateOrUpdate))
    }

    @Test(
        "Kinds are checked in every version, of the object's own kind",
        arguments: ["v1alpha1", "v1alpha2", "v1beta7"],
        [
            ("Task", "spec.worker"), ("WorkerPool", "spec.worker"), ("Session", "spec.worker"),
            ("TaskSpawner", "spec.taskTemplate.worker"), ("SessionSpawner", "spec.sessionTemplate.worker"),
            ("Task", "spec"), ("TaskSpawner", "spec.taskTemplate"),
        ])
    func kinds(_ version: String, _ place: (kind: String, holder: String)) throws {
        var object = #"{"podOverrides":\#(Self.bad)}"#
        for key in place.holder.split(separator: ".").reversed() { object = "{\"\(key)\":\(object)}" }
        let kind = #""kind":{"group":"kelos.dev","version":"\#(version)","kind":"\#(place.kind)"},"#
        let reviewed = try decided(review(object, fields: kind))
        #expect(reviewed.answer.contains(#""message":"\#(place.kind).kelos.dev \"fix-1\" is invalid: ["#))
        #expect(reviewed.answer.contains(#""group":"kelos.dev","kind":"\#(place.kind)","causes":["#))
        #expect(reviewed.answer.ranges(of: #""field":"\#(place.holder).podOverrides.volumes["#).count == 2)
    }

    @Test("An update is held against the old object; without one it is judged as new")
    func updates() throws {
        let update = #""operation":"UPDATE","#
        #expect(
            try decided(review(old: Self.badTask, fields: update)).outcome.decision == .skipped(.unchangedOverrides))
        #expect(try decided(review(old: "{}", fields: update)).outcome.decision == .refused(.reservedVolume))
        #expect(try decided(review(fields: update)).outcome.decision == .refused(.reservedVolume))
        let deleting = #"{"metadata":{"deletionTimestamp":"2026-11-23T17:18:21Z"}}"#
        let reviewed = try decided(review(old: deleting, fields: update))
        #expect(reviewed.answer.hasSuffix(#""allowed":true,"auditAnnotations":{"reason":"deleting"}}}"#))
    }

    @Test("A creation is never held against an old object")
    func creation() throws {
        #expect(try decided(review(old: Self.badTask)).outcome.decision == .refused(.reservedVolume))
    }

    @Test("A dry run is answered the same")
    func dryRun() throws {
        let dry = review().replacing(#""dryRun":false"#, with: #""dryRun":true"#)
        #expect(try decided(dry).answer == decided(review()).answer)
        #expect(try decided(dry).outcome.isDryRun)
    }

    @Test("The name is the request's, the object's, or the beginning of one")
    func names() throws {
        for (object, name) in [
            (Self.badTask, "fix-1"),
            (Self.badTask.replacing(#""name":"fix-1""#, with: #""generateName":"fix-""#), "fix-"),
        ] {
            let answer = try decided(review(object, fields: #""name":"","#)).answer
            #expect(answer.contains(#""message":"Task.kelos.dev \"\#(name)\" is invalid: "#))
            #expect(answer.contains(#""details":{"name":"\#(name)","group""#))
        }
    }

    @Test("An old object of another type makes the review malformed")
    func malformedOld() {
        for old in ["[]", "1", "\"x\"", "true"] {
            #expect(throws: MalformedReview.invalidField(.oldObject)) { try decided(review(old: old)) }
        }
    }

    @Test("Thousands of violations make an answer of some kilobytes")
    func bounded() throws {
        let volumes = Array(repeating: #"{"name":"kelos-x"}"#, count: 50_000).joined(separator: ",")
        let answer = try decided(review(#"{"spec":{"podOverrides":{"volumes":[\#(volumes)]}}}"#)).answer
        #expect(answer.contains(", and 49900 more]"))
        #expect(answer.ranges(of: #""reason":"FieldValueInvalid""#).count == 100 && answer.utf8.count < 50_000)
    }

    @Test("Pods are wired on the pods' path and let through on this one")
    func paths() throws {
        #expect(try reviewed(review()).outcome.decision == .skipped(.notAPod))
        let pod = #""kind":{"group":"","version":"v1","kind":"Pod"},"#
        #expect(try decided(review(nearlyWiredPod, fields: pod)).outcome.decision == .skipped(.notAKelosObject))
        #expect(try reviewed(review(nearlyWiredPod, fields: pod)).outcome.decision == .patched)
    }
}
