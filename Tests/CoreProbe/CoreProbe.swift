import Glibc
import RawJSON

/// Opens the pure core to oracles in another language. Not a product.
///
/// - `json`: for each document `V` and its canonical form, or `E`, the code and the offset of the fault.
/// - `bench <file> [<rounds>]`: nanoseconds per reading of one document.
@main
struct CoreProbe {
    static func main() {
        switch CommandLine.arguments.dropFirst().first {
        case "json": readDocuments()
        case "bench": Bench.run(CommandLine.arguments.dropFirst(2))
        default:
            Frames.writeAll(Array("usage: core-probe json | bench <file> [<rounds>]\n".utf8))
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
}
