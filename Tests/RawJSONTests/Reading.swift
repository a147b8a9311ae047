import RawJSON

/// The fault of a document, nil if it has none.
func fault(_ bytes: [UInt8], limits: JSONLimits = JSONLimits()) -> RawJSONError? {
    var index = JSONIndex(limits: limits)
    do throws(RawJSONError) {
        _ = try index.read(unsafe bytes.span.bytes)
        return nil
    } catch {
        return error
    }
}

func fault(_ text: String, limits: JSONLimits = JSONLimits()) -> RawJSONError? {
    fault(Array(text.utf8), limits: limits)
}

/// Reads a document that must be right and asks it something.
func reading<Answer>(_ text: String, _ ask: (JSONValue) -> Answer) throws -> Answer {
    let bytes = Array(text.utf8)
    var index = JSONIndex()
    return ask(try index.read(unsafe bytes.span.bytes))
}
