import RawJSON
import Testing

@Suite struct JSONValueTests {
    @Test("Members are found by their exact key, the last one of equal keys")
    func members() throws {
        let text = #"{"a":1,"ab":2,"a":{"a":3},"\u0063d":4,"":5,"A":6}"#
        try reading(text) { value in
            #expect(value.member("a")?.member("a")?.integer == 3)
            #expect(value.member("ab")?.integer == 2)
            #expect(value.member("cd")?.integer == 4)
            #expect(value.member("")?.integer == 5)
            #expect(value.member("A")?.integer == 6)
            let absent = value.member("b") == nil && value.member("abc") == nil
            #expect(absent)
            #expect(value.count == 6)
        }
    }

    @Test("A null field reads as absent, a null member as null")
    func fields() throws {
        try reading(#"{"a":null,"b":0}"#) { value in
            let absent = value.field("a") == nil
            #expect(absent)
            #expect(value.member("a")?.isNull == true)
            #expect(value.field("b")?.integer == 0)
        }
    }

    @Test("Lookups in what is no object, walks over what is no array find nothing")
    func wrongKinds() throws {
        for text in ["[\"a\",1]", "\"a\"", "12", "true", "null"] {
            try reading(text) { value in
                var members = value.members
                let nothing = value.member("a") == nil && members.nextMember() == nil
                #expect(nothing)
            }
        }
        try reading(#"{"a":1}"#) { value in
            var elements = value.elements
            let nothing = elements.nextElement() == nil
            #expect(nothing)
            #expect(value.string == nil && value.integer == nil && value.bool == nil)
        }
    }

    @Test("A walk meets every member in order and skips what is inside")
    func walk() throws {
        let keys = try reading(#"{"a":{"x":[1,{"y":2}]},"b":[],"c":"\"}","d":{}}"#) { value in
            var keys: [String] = []
            var members = value.members
            while let member = members.nextMember() { keys.append(member.key.string ?? "?") }
            return keys
        }
        #expect(keys == ["a", "b", "c", "d"])
        let kinds = try reading(#"[{},[],"",0,true,null,[[1],2]]"#) { value in
            var kinds: [JSONKind] = []
            var elements = value.elements
            while let element = elements.nextElement() { kinds.append(element.kind) }
            return kinds
        }
        #expect(kinds == [.object, .array, .string, .number, .boolean, .null, .array])
    }

    @Test("A value's range covers its bytes, brackets and quotes included")
    func ranges() throws {
        let text = #"{ "a" : [ 1 , {"b":2} ] , "c" : "d\n" }"#
        let bytes = Array(text.utf8)
        func source(_ range: Range<Int>?) -> String { String(decoding: bytes[range ?? 0..<0], as: UTF8.self) }
        try reading(text) { value in
            #expect(source(value.range) == text)
            #expect(source(value.member("a")?.range) == #"[ 1 , {"b":2} ]"#)
            #expect(source(value.member("c")?.range) == #""d\n""#)
        }
    }

    @Test(
        "Integers are read exactly, or not at all",
        arguments: [
            ("0", 0), ("-7", -7), ("999999999999999999", 999_999_999_999_999_999), ("1000000000000000000", nil),
            ("1.0", nil), ("1e3", nil), ("\"1\"", nil), ("true", nil),
        ] as [(String, Int?)])
    func integers(_ text: String, _ value: Int?) throws {
        #expect(try reading(text) { $0.integer } == value)
    }
}
