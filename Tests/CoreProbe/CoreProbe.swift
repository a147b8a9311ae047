import Admission
import Glibc
import RawJSON
import TokenInjection

/// Opens the pure core to oracles in another language. Not a product.
///
/// - `json`: for each document `V` and its canonical form, or `E`, the code and the offset of the fault.
/// - `review`: for each body the decision, a line feed and the answer; or `malformed`, a line feed and the description.
///   The webhook's own namespace is `kelos-token`.
/// - `kelos`: the same by the rules for Kelos objects.
/// - `bench <file> [<rounds>]`: nanoseconds per reading of one document.
@main
struct CoreProbe {
    static func main() {
        switch CommandLine.arguments.dropFirst().first {
        case "json": readDocuments()
        case "review": review(by: .pods)
        case "kelos": review(by: .kelosObjects)
        case "bench": Bench.run(CommandLine.arguments.dropFirst(2))
        default:
            Frames.writeAll(Array("usage: CoreProbe json | review | kelos | bench <file> [<rounds>]\n".utf8))
            exit(64)
        }
    }

    private static func readDocuments() {
        var index = JSONIndex()
        Frames.writeAll(
            Frames.answer(Frames.readAll()) { document, answer in
                do throws(RawJSONError) {
                    let value = try index.read(document)
                    answer.append("V")
                    answer.append(canonical: value)
                } catch {
                    answer.append(contentsOf: "E\(error.code)@\(error.offset)".utf8)
                }
            })
    }

    private static func review(by rules: ReviewRules) {
        let reviewer = AdmissionReviewer(policy: InjectionPolicy(ownNamespace: "kelos-token"))
        var response: [UInt8] = []
        Frames.writeAll(
            Frames.answer(Frames.readAll()) { body, answer in
                response.removeAll(keepingCapacity: true)
                do throws(MalformedReview) {
                    let decision = try reviewer.review(body, by: rules, into: &response).decision
                    answer.append(contentsOf: "\(decision.result) \(decision.reason)\n".utf8)
                    answer += response
                } catch {
                    answer.append(contentsOf: "malformed\n\(error)".utf8)
                }
            })
    }
}
