import Testing

@testable import PodManifests

@Suite("Reading manifests")
struct ManifestReaderTests {
    private func read(_ text: String) throws(ManifestError) -> [Manifest] {
        try ManifestReader.manifests(in: Array(text.utf8), file: "f")
    }

    private func json(_ text: String) throws -> [String] {
        try read(text).map { String(decoding: JSONWriter.compact($0.value), as: UTF8.self) }
    }

    private func failure(_ text: String) -> String? {
        do throws(ManifestError) {
            _ = try read(text)
            return nil
        } catch {
            return error.description
        }
    }

    @Test("keeps the order of keys and the spelling of numbers")
    func order() throws {
        #expect(try json("z: 1.50\na: 0\nm: {k: 1, x: '1'}\n") == [#"{"z":1.50,"a":0,"m":{"k":1,"x":"1"}}"#])
        #expect(try json(#"{"z":1.50,"a":1E5,"m":"é\u00e9\/"}"#) == [#"{"z":1.50,"a":1E5,"m":"éé/"}"#])
    }

    @Test("numbers the documents of a stream and leaves out empty ones")
    func documents() throws {
        let manifests = try read("# only a comment\n---\na: 1\n---\n---\n# nothing\n---\nb: 2\n...\n")
        #expect(manifests.map(\.document) == [1, 4] || manifests.map(\.document) == [2, 5])
        #expect(manifests.map(\.format) == [.yaml, .yaml])
        #expect(try read("").isEmpty)
        #expect(try read("# nothing\n").isEmpty)
    }

    @Test("takes JSON documents one after another")
    func jsonStream() throws {
        let manifests = try read(" {\"a\":1}\n{\"b\":[2]} {\"c\":{}}\n")
        #expect(manifests.map(\.document) == [1, 2, 3])
        #expect(manifests.map(\.format) == [.json, .json, .json])
        #expect(manifests[1].value == .object([ManifestMember("b", .array([.number("2")]))]))
    }

    @Test("falls back to YAML for what only looks like JSON")
    func flowYAML() throws {
        #expect(try json("{a: 1, b: [x, 'y']}") == [#"{"a":1,"b":["x","y"]}"#])
        #expect(try read("{a: 1}").map(\.format) == [.yaml])
        #expect(try json("{\"a\": 1}\n---\n{\"b\": 2}\n") == [#"{"a":1}"#, #"{"b":2}"#])
    }

    @Test("keeps the last of equal keys in JSON, as the API server does")
    func duplicateJSONKeys() throws {
        #expect(try json(#"{"a":1,"b":2,"a":3}"#) == [#"{"a":3,"b":2}"#])
    }

    @Test("resolves anchors and merges, a mapping's own keys first")
    func anchors() throws {
        #expect(try json("a: &x {p: 1, q: [2]}\nb: *x\n") == [#"{"a":{"p":1,"q":[2]},"b":{"p":1,"q":[2]}}"#])
        #expect(try json("a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3}\n") == [#"{"a":{"p":1,"q":2},"b":{"q":3,"p":1}}"#])
        #expect(
            try json("a: &x {p: 1}\nb: &y {p: 2, r: 3}\nc: {<<: [*x, *y]}\n")
                == [#"{"a":{"p":1},"b":{"p":2,"r":3},"c":{"p":1,"r":3}}"#])
    }

    @Test("keeps quoted scalars strings and honours tags")
    func types() throws {
        #expect(
            try json("a: \"1\"\nb: '~'\nc: !!str 5\nd: !!int \"7\"\ne: |\n  1\nf: >\n  x\n  y\ng: ! 6\n")
                == [#"{"a":"1","b":"~","c":"5","d":7,"e":"1\n","f":"x y\n","g":"6"}"#])
    }

    @Test("spells keys as JSON does")
    func keys() throws {
        #expect(
            try json("1: a\n'2': b\ntrue: c\n'yes': d\n0x10: e\n") == [
                #"{"1":"a","2":"b","true":"c","yes":"d","16":"e"}"#
            ])
    }

    @Test(
        "names file, document, line and problem without a word of the file",
        arguments: [
            ("a: 1\n---\nsecret: [1\nb: 2\n", "f: document 2, line 4: did not find expected ',' or ']'"),
            ("a: secret\na: 2\n", "f: document 1, line 1: has the same key twice"),
            ("a: 1\n1: x\n'1': y\n", "f: document 1, line 1: has the same key twice"),
            (
                "a: 1\nb: .inf\n",
                "f: document 1, line 2: has a number that is not finite, which has no counterpart in JSON"
            ),
            ("a: !!binary c2VjcmV0\n", "f: document 1, line 1: has the tag !!binary, which has no counterpart in JSON"),
            ("? [a, b]\n: c\n", "f: document 1, line 1: has a key that is not a string"),
            ("a: *secret\n", "f: document 1, line 1: found undefined alias"),
            ("a: {<<: 1}\n", "f: document 1, line 1: merges (<<) something that is not a mapping"),
            (
                "{\n\"a\": 1,\n\"secret\"\n}\n\"x",
                "f: document 1, line 4: Expected a colon after an object key at byte 19."
            ),
            ("\tsecret: 1\n", "f: document 1, line 1: found character that cannot start any token"),
        ])
    func failures(text: String, description: String) {
        #expect(failure(text) == description)
        #expect(failure(text)?.contains("secret") == false)
    }

    @Test("refuses what is not UTF-8")
    func encoding() {
        #expect(throws: ManifestError(file: "f", problem: "is not UTF-8 text")) {
            try ManifestReader.manifests(in: [0x61, 0x3A, 0x20, 0xFF], file: "f")
        }
    }

    @Test("refuses aliases that expand without end, and nesting without end")
    func bombs() {
        var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let before = "*a\(level - 1)"
            bomb += "a\(level): &a\(level) [\(Array(repeating: before, count: 10).joined(separator: ", "))]\n"
        }
        #expect(failure(bomb)?.hasSuffix("expands to too many values") == true)
        #expect(failure(String(repeating: "[", count: 100_000)) != nil)
        #expect(failure(String(repeating: "- ", count: 5_000) + "x") != nil)
    }
}
