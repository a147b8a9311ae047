import Testing
import TokenInjection

@Suite struct KelosUpdateTests {
    private static let bad = #"{"volumes":[{"name":"kelos-x","emptyDir":{}}],"env":[{"name":"KELOS_MODEL"}]}"#

    private func update(_ place: Place, from old: String, to new: String) throws -> KelosVerdict {
        try judged(new, place.kind, replacing: old)
    }

    @Test("What was stored may be finalized, labelled and annotated, and get a status", arguments: Place.all)
    func metadata(_ place: Place) throws {
        let plain = place.object(Self.bad)
        let changes = [
            place.object(Self.bad, metadata: #"{"finalizers":["kelos.dev/task-finalizer"]}"#),
            place.object(Self.bad, metadata: #"{"labels":{"a":"b"},"annotations":{"c":"d"}}"#),
            "{\"status\":{\"phase\":\"Running\"}," + plain.dropFirst(),
        ]
        for change in changes {
            for (old, new) in [(plain, change), (change, plain), (change, change)] {
                let verdict = try update(place, from: old, to: new)
                #expect(verdict.passed == .unchangedOverrides && verdict.warnings.isEmpty)
            }
        }
    }

    @Test("How it is written makes no difference", arguments: Place.all)
    func spelling(_ place: Place) throws {
        let other =
            #"{ "env" : [{"name":"KELOS\u005fMODEL"}] ,"volumes":[{"emptyDir":{ },"name":"\u006belos-x"}]}"#
        let verdict = try update(place, from: place.object(Self.bad), to: place.object(other))
        #expect(verdict.passed == .unchangedOverrides && verdict.warnings.isEmpty)
    }

    @Test(
        "Other fields of a spec that breaks a rule may change: a pool is scaled, a spawner suspended",
        arguments: Place.all)
    func elsewhere(_ place: Place) throws {
        let verdict = try update(
            place, from: place.object(Self.bad, beside: #""replicas":3,"#),
            to: place.object(Self.bad, beside: #""replicas":0,"suspend":true,"#))
        #expect(verdict.passed == .unchangedOverrides)
    }

    @Test("A violation that is new, or stands in overrides that change, is refused", arguments: Place.all)
    func changed(_ place: Place) throws {
        let worse = #"{"volumes":[{"name":"kelos-x","emptyDir":{}},{"name":"cache"}],"env":[{"name":"KELOS_MODEL"}]}"#
        for old in [place.object("{}"), place.object("null"), place.object(worse), "{}", #"{"spec":null}"#] {
            let verdict = try update(place, from: old, to: place.object(Self.bad))
            #expect(verdict.violations.map(\.field) == ["\(place.field).volumes[0].name"])
            #expect(verdict.warnings.count == 1)
        }
    }

    @Test("Overrides that were moved to the other place are new there")
    func moved() throws {
        for kind in KelosKind.allCases {
            let legacy = Place(kind: kind, isLegacy: true)
            let worker = Place(kind: kind, isLegacy: false)
            for (from, to) in [(legacy, worker), (worker, legacy)] {
                let verdict = try judged(to.object(Self.bad), kind, replacing: from.object(Self.bad))
                #expect(verdict.violations.map(\.field) == ["\(to.field).volumes[0].name"])
            }
        }
    }

    @Test("A violation may be mended, in one step or place by place", arguments: KelosKind.allCases)
    func mended(_ kind: KelosKind) throws {
        for place in Place.all where place.kind == kind {
            #expect(try judged(place.object("{}"), kind, replacing: place.object(Self.bad)).passed == .withinRules)
            #expect(try judged("{}", kind, replacing: place.object(Self.bad)).passed == .withinRules)
        }
        let both = #"{"spec":{"podOverrides":\#(Self.bad),"worker":{"podOverrides":\#(Self.bad)}}}"#
        let half = #"{"spec":{"podOverrides":\#(Self.bad),"worker":{"podOverrides":{}}}}"#
        #expect(try judged(half, replacing: both).passed == .unchangedOverrides)
    }

    @Test("An object that is being deleted is left alone, whatever is done to it", arguments: Place.all)
    func deleting(_ place: Place) throws {
        let metadata = #"{"deletionTimestamp":"2026-11-23T17:18:21Z","finalizers":[]}"#
        let old = place.object("{}", metadata: metadata)
        for new in [place.object(Self.bad), place.object(Self.bad, metadata: metadata)] {
            let verdict = try update(place, from: old, to: new)
            #expect(verdict.passed == .deleting && verdict.warnings.isEmpty)
        }
    }

    @Test("A new object cannot claim to be deleted", arguments: Place.all)
    func forgedDeletion(_ place: Place) throws {
        let object = place.object(Self.bad, metadata: #"{"deletionTimestamp":"2026-11-23T17:18:21Z"}"#)
        #expect(try judged(object, place.kind).violations.count == 1)
    }
}
