import Admission
import RawJSON
import Testing

@Suite struct MalformedReviewTests {
    @Test(
        "What is no AdmissionReview is told apart",
        arguments: [
            ("", .json(RawJSONError(.unexpectedEnd, at: 0))), ("{\"a\"", .json(RawJSONError(.unexpectedEnd, at: 4))),
            ("[]", .notAReview), ("1", .notAReview), ("{}", .notAReview), (#"{"kind":"Pod"}"#, .notAReview),
            (#"{"kind":null}"#, .notAReview), (#"{"kind":"AdmissionReview"}"#, .unsupportedVersion),
            (#"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v2"}"#, .unsupportedVersion),
            (#"{"kind":"AdmissionReview","apiVersion":"v1"}"#, .unsupportedVersion),
            (#"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"}"#, .noRequest),
            (#"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":null}"#, .noRequest),
            (#"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":[]}"#, .noRequest),
            (#"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{}}"#, .invalidUID),
        ] as [(String, MalformedReview)])
    func envelopes(_ body: String, _ error: MalformedReview) {
        #expect(malformed(body) == error)
    }

    @Test("A uid must be a string of reasonable length", arguments: ["\"\"", "null", "1", "{}", "true"])
    func uids(_ uid: String) {
        #expect(malformed(review(fields: "\"uid\":\(uid),")) == .invalidUID)
        let text = { (length: Int) in review(fields: "\"uid\":\"\(String(repeating: "u", count: length))\",") }
        #expect(malformed(text(256)) == nil)
        #expect(malformed(text(257)) == .invalidUID)
    }

    @Test(
        "A field of the request with the wrong type is named",
        arguments: [
            (#""kind":"Pod","#, .kind), (#""operation":1,"#, .operation), (#""subResource":[],"#, .subResource),
            (#""namespace":{},"#, .namespace), (#""name":false,"#, .name),
        ] as [(String, MalformedReview.Field)])
    func fields(_ fields: String, _ field: MalformedReview.Field) {
        #expect(malformed(review(fields: fields)) == .invalidField(field))
    }

    @Test("Object and dryRun must be of their types too")
    func objectAndDryRun() {
        #expect(malformed(review("[]")) == .invalidField(.object))
        #expect(malformed(review("\"pod\"")) == .invalidField(.object))
        let dryRun = review().replacing(#""dryRun":false"#, with: #""dryRun":"no""#)
        #expect(malformed(dryRun) == .invalidField(.dryRun))
    }

    @Test("The description is one line without a byte of the body")
    func descriptions() {
        #expect(
            "\(MalformedReview.json(RawJSONError(.expectedColon, at: 9)))"
                == "The body is not JSON: Expected a colon after an object key at byte 9.")
        let errors: [MalformedReview] =
            [.notAReview, .unsupportedVersion, .noRequest, .invalidUID]
            + MalformedReview.Field.allCases.map { .invalidField($0) }
        #expect(Set(errors.map(\.description)).count == errors.count)
        #expect(errors.allSatisfy { $0.description.hasSuffix(".") && !$0.description.contains("\n") })
    }

    @Test("A review cut at any byte is malformed")
    func truncation() {
        let body = review(nearlyWiredPod)
        for length in 0..<body.utf8.count {
            let cut = String(decoding: Array(body.utf8.prefix(length)), as: UTF8.self)
            guard case .json = malformed(cut) else {
                Issue.record("cut at \(length)")
                return
            }
        }
    }
}
