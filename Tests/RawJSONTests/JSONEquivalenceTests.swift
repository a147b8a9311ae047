import RawJSON
import Testing

@Suite struct JSONEquivalenceTests {
    private func areEquivalent(_ left: String, _ right: String) throws -> Bool {
        let leftBytes = Array(left.utf8)
        let rightBytes = Array(right.utf8)
        var leftIndex = JSONIndex()
        var rightIndex = JSONIndex()
        let ours = try leftIndex.read(unsafe leftBytes.span.bytes)
        let theirs = try rightIndex.read(unsafe rightBytes.span.bytes)
        let result = ours.isEquivalent(to: theirs)
        #expect(theirs.isEquivalent(to: ours) == result)
        return result
    }

    @Test(
        "Values that say the same, however they are written",
        arguments: [
            ("{}", " { } "), ("[]", "[ ]"), ("null", " null"), ("true", "true"),
            (#"{"a":1,"b":[2,{"c":null}]}"#, #"{ "b" : [2, {"c": null}], "a": 1 }"#),
            (#""a""#, #""\u0061""#), (#"{"a":1}"#, #"{"\u0061":1}"#), (#""\/""#, #""/""#), (#""é""#, #""\u00e9""#),
            (#""😀""#, #""\ud83d\ude00""#), ("\"\\n\"", "\"\\u000a\""),
            (#"{"a":1,"a":2}"#, #"{"a":2}"#), (#"{"a":1,"a":2}"#, #"{"a":3,"a":2}"#),
            (#"{"a":1,"b":3,"a":2}"#, #"{"a":2,"b":3}"#),
            ("1", "1.0"), ("1", "10e-1"), ("100", "1e2"), ("100", "1E+02"), ("0", "-0"), ("0", "0.000e9"),
            ("-1.50", "-1.5"),
            ("0.001", "1e-3"), ("123456789012345678901234567890", "123456789012345678901234567890.0"),
            ("1e99999999999999999999", "1e99999999999999999999"), ("1e0000000000000000000001", "10"),
        ])
    func same(_ left: String, _ right: String) throws {
        #expect(try areEquivalent(left, right))
    }

    @Test(
        "Values that differ",
        arguments: [
            ("{}", "[]"), ("null", "false"), ("true", "false"), ("1", "\"1\""), ("[1,2]", "[2,1]"), ("[1]", "[1,1]"),
            ("[1,1]", "[1]"), (#"{"a":1}"#, #"{"a":2}"#), (#"{"a":1}"#, #"{"b":1}"#), (#"{"a":1}"#, #"{"a":1,"b":1}"#),
            (#"{"a":null}"#, "{}"), (#"{"a":2,"a":1}"#, #"{"a":2}"#), ("\"é\"", "\"e\u{301}\""),
            (#"{"a":[1]}"#, #"{"a":[2]}"#),
            ("1", "-1"), ("1", "10"), ("1", "1.00000000000000000000000001"), ("9007199254740993", "9007199254740992"),
            ("1e10", "1e11"), ("1e99999999999999999999", "1e99999999999999999998"),
        ])
    func different(_ left: String, _ right: String) throws {
        #expect(try !areEquivalent(left, right))
    }

    @Test("Inside one document too")
    func oneDocument() throws {
        let bytes = Array(#"{"x":{"a":1,"b":2},"y":{"b":2,"a":1.0},"z":{"a":1}}"#.utf8)
        var index = JSONIndex()
        let document = try index.read(unsafe bytes.span.bytes)
        guard let first = document.member("x"), let second = document.member("y"), let third = document.member("z")
        else {
            Issue.record("a member is missing")
            return
        }
        let results = [first.isEquivalent(to: second), second.isEquivalent(to: third)]
        #expect(results == [true, false])
    }

    @Test("Documents of any size are equal byte for byte; only smaller ones are compared by what they say")
    func bounded() throws {
        let document = { (count: Int, space: String) in
            "{" + (0..<count).map { "\"k\($0)\":\(space)0" }.joined(separator: ",") + "}"
        }
        #expect(try areEquivalent(document(30_000, ""), document(30_000, " ")))
        #expect(try areEquivalent(document(300_000, ""), document(300_000, "")))
        #expect(try !areEquivalent(document(300_000, ""), document(300_000, " ")))
    }

    @Test("A thousand levels are compared")
    func deep() throws {
        let nested = { (inner: String) in
            String(repeating: "{\"a\":[", count: 490) + inner + String(repeating: "]}", count: 490)
        }
        #expect(try areEquivalent(nested("1"), nested("1.0")))
        #expect(try !areEquivalent(nested("1"), nested("2")))
    }
}
