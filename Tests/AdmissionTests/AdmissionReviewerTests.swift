import Admission
import RawJSON
import Testing
import TokenInjection

@Suite struct AdmissionReviewerTests {
    @Test("An answer with a patch, byte for byte", arguments: ["v1", "v1beta1"])
    func patched(_ version: String) throws {
        let reviewed = try reviewed(review(nearlyWiredPod, version: version))
        var patch: [UInt8] = []
        patch.append(
            base64: Array(
                (#"[{"op":"add","path":"/spec/containers/0/env/-","value":{"name":"KELOS_GITHUB_TOKEN_FILE","#
                    + #""value":"/kelos/github-token/GITHUB_TOKEN"}}]"#).utf8))
        #expect(
            reviewed.answer
                == #"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/\#(version)","response":{"uid":"u-1","#
                + #""allowed":true,"patchType":"JSONPatch","patch":"\#(String(decoding: patch, as: UTF8.self))","#
                + #""auditAnnotations":{"secret":"s","key":"GITHUB_TOKEN","containers":"kelos-agent"}}}"#)
        #expect(reviewed.outcome.decision == .patched)
        #expect(!reviewed.outcome.isDryRun && reviewed.outcome.subject == nil)
    }

    @Test("Nothing to do: neither patch nor patchType")
    func skipped() throws {
        let reviewed = try reviewed(review())
        #expect(
            reviewed.answer
                == #"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","response":{"uid":"u-1","allowed":true}}"#
        )
        #expect(reviewed.outcome.decision == .skipped(.notSelected))
    }

    @Test("A selected pod that is left alone has the reason in the audit log")
    func audited() throws {
        let pod = nearlyWiredPod.replacing("team-a", with: "x")
        let reviewed = try reviewed(review(pod, fields: #""namespace":"kube-system","#))
        #expect(reviewed.answer.contains(#""allowed":true,"auditAnnotations":{"reason":"excluded-namespace"}}}"#))
    }

    @Test("A refusal carries status, causes and warnings, byte for byte")
    func refused() throws {
        let pod = nearlyWiredPod.replacing(#""secretName":"s""#, with: #""secretName":"other""#)
            .replacing(#""volumeMounts":["#, with: #""volumeMounts":[{"name":"x","mountPath":"/kelos"},"#)
        let reviewed = try reviewed(review(pod))
        let message =
            #"Forbidden: the volume name \"kelos-github-token\" is reserved for the file with the GitHub token of Secret "#
            + #"\"s\", and this volume is another one; give it another name"#
        #expect(
            reviewed.answer
                == #"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","response":{"uid":"u-1","allowed":false,"#
                + #""status":{"status":"Failure","message":"Pod \"fix-\" is invalid: spec.volumes[0].name: \#(message)","#
                + #""reason":"Invalid","details":{"name":"fix-","kind":"Pod","causes":[{"reason":"FieldValueForbidden","#
                + #""message":"\#(message)","field":"spec.volumes[0].name"}]},"code":422},"#
                + #""auditAnnotations":{"reason":"reserved-volume"},"warnings":["Container \"kelos-agent\" mounts a volume "#
                + #"at \"/kelos\", above /kelos/github-token, where the GitHub token is mounted."]}}"#)
        #expect(reviewed.outcome.decision == .refused(.reservedVolume))
    }

    @Test("Every violation is listed in message and causes, up to a hundred")
    func manyViolations() throws {
        let volume = #"{"name":"kelos-github-token"}"#
        let pod = { (count: Int) in
            nearlyWiredPod.replacing(
                #"{"name":"kelos-github-token","secret":{"secretName":"s"}}"#,
                with: Array(repeating: volume, count: count).joined(separator: ","))
        }
        let two = try reviewed(review(pod(2))).answer
        #expect(two.contains(#"is invalid: [spec.volumes[0].name: Forbidden: "#))
        #expect(two.contains(#"another name, spec.volumes[1].name: Forbidden: "#))
        #expect(two.ranges(of: #""reason":"FieldValueForbidden""#).count == 2)
        let many = try reviewed(review(pod(5000))).answer
        #expect(many.contains(", and 4900 more]"))
        #expect(many.ranges(of: #""reason":"FieldValueForbidden""#).count == 100)
    }

    @Test("The uid is echoed as it was written")
    func uid() throws {
        let odd = #"a\u0062\"\\\/ é"#
        #expect(try reviewed(review(fields: #""uid":"\#(odd)","#)).answer.contains(#""uid":"\#(odd)","allowed""#))
    }

    @Test(
        "What is no creation of a pod is allowed without a look at it",
        arguments: [
            (#""operation":"UPDATE","#, .notCreate), (#""operation":"CONNECT","#, .notCreate),
            (#""operation":null,"#, .notCreate), (#""subResource":"ephemeralcontainers","#, .subresource),
            (#""kind":{"group":"","version":"v1","kind":"Secret"},"#, .notAPod),
            (#""kind":{"group":"metrics.k8s.io","version":"v1","kind":"Pod"},"#, .notAPod),
            (#""kind":null,"#, .notAPod),
            (#""kind":{"group":"apps","kind":"Pod"},"#, .notAPod),
        ] as [(String, SkipReason)])
    func notLookedAt(_ fields: String, _ reason: SkipReason) throws {
        let reviewed = try reviewed(review(nearlyWiredPod, fields: fields))
        #expect(reviewed.outcome.decision == .skipped(reason))
        #expect(reviewed.answer.hasSuffix(#""response":{"uid":"u-1","allowed":true}}"#))
    }

    @Test("A deletion has no object, and an empty subresource is none")
    func noObject() throws {
        #expect(
            try reviewed(review("null", fields: #""operation":"DELETE","#)).outcome.decision == .skipped(.notCreate))
        #expect(try reviewed(review("null")).outcome.decision == .skipped(.noObject))
        #expect(try reviewed(review(nearlyWiredPod, fields: #""subResource":"","#)).outcome.decision == .patched)
    }

    @Test("A dry run is answered the same and told apart in the outcome")
    func dryRun() throws {
        let dry = review(nearlyWiredPod).replacing(#""dryRun":false"#, with: #""dryRun":true"#)
        #expect(try reviewed(dry).outcome.isDryRun)
        #expect(try reviewed(dry).answer == reviewed(review(nearlyWiredPod)).answer)
    }

    @Test("The subject is told only when asked for, bounded and printable")
    func subject() throws {
        let fields = #""uid":"u\n1","namespace":"team\u0000\"a","name":"\#(String(repeating: "n", count: 300))","#
        let subject = try reviewed(review(fields: fields), describing: true).outcome.subject
        #expect(subject?.uid == "u?1" && subject?.namespace == "team??a" && subject?.kind == "Pod")
        #expect(subject?.name == String(repeating: "n", count: 253))
        let pod = #"{"metadata":{"namespace":"own","generateName":"gen-"}}"#
        let other = try reviewed(review(pod, fields: #""namespace":null,"#), describing: true).outcome.subject
        #expect(other?.namespace == "own" && other?.name == "gen-")
    }

    @Test("A reviewer answers one review after another, and appends to what is there")
    func reuse() throws {
        let reviewer = AdmissionReviewer(policy: InjectionPolicy())
        let bodies = [review(nearlyWiredPod), "{", review(), review(nearlyWiredPod)].map { Array($0.utf8) }
        var answers: [[UInt8]] = []
        for body in bodies {
            var output = Array("before".utf8)
            _ = try? reviewer.review(unsafe body.span.bytes, into: &output)
            answers.append(output)
        }
        #expect(answers[0] == answers[3] && answers[0].count > 300)
        #expect(answers.allSatisfy { $0.starts(with: "before".utf8) })
        #expect(answers[1].count == 6)
    }

    @Test("Decisions form a closed set of label pairs")
    func labels() {
        let pairs = ReviewOutcome.Decision.all.map { "\($0.result) \($0.reason)" }
        #expect(Set(pairs).count == pairs.count)
        #expect(pairs.contains("patched injected") && pairs.contains("skipped not-a-pod"))
        #expect(pairs.contains("refused mount-collision"))
    }
}
