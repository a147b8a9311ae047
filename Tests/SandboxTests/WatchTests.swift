import HTTPSemantics
import PodManifests
import Sandbox
import Testing

@Suite("Watches of the sandbox")
struct WatchTests {
    /// Reads a watch as an HTTP/1.1 client does.
    private final class Client: RequestHandler {
        let engine = HTTP1Engine(limits: HTTPLimits(), budget: BodyBudget(bytes: 1 << 20))
        private let stream: ResponseStream
        private var text = ""

        init(_ cluster: Cluster, _ target: String, accept: String = "") throws {
            guard case .open(let stream) = cluster.answer(SandboxRequest("GET", target, accept: accept)) else {
                throw APIStatus.badRequest("no watch")
            }
            self.stream = stream
            let request = Array("GET / HTTP/1.0\r\n\r\n".utf8)
            unsafe engine.receive(request.span.bytes, handler: self)
        }

        func admit(_ head: RequestHead, contentLength: Int?, response: inout Response) -> Bool { true }
        func handle(_ head: RequestHead, body: RawSpan, response: inout Response) { response.stream = stream }

        /// Events since the last call, as `TYPE name`, bookmarks with their revision and errors with their code.
        func events() throws -> [String] {
            engine.streamsHaveNews()
            while !engine.output.isEmpty {
                text += String(decoding: engine.output, as: UTF8.self)
                engine.output.removeAll()
                engine.produceOutput()
            }
            if let head = text.range(ofHead: "\r\n\r\n") { text.removeSubrange(..<head) }
            defer { text = "" }
            return try text.split(separator: "\n").map { line in
                let event = try ManifestValue(json: Array(line.utf8))
                let object = event["object"] ?? .null
                let what = object.metadata["name"]?.string ?? object["code"]?.integer.map { "\($0)" } ?? "-"
                return "\(event["type"]?.string ?? "") \(what)"
            }
        }
    }

    @Test("a watch tells what happens after its revision, and nothing else")
    func changes() throws {
        let cluster = Cluster()
        try cluster.makeSecret("before")
        let revision = try cluster.send("GET", Cluster.secrets).body.metadata["resourceVersion"]?.string ?? ""
        try cluster.makeSecret("a")
        let client = try Client(cluster, "/api/v1/secrets?watch=true&resourceVersion=\(revision)")
        #expect(try client.events() == ["ADDED a"])
        _ = try cluster.send(
            "PATCH", Cluster.secrets + "/a", ["data": ["k": "dg=="]], type: "application/merge-patch+json")
        _ = try cluster.send("POST", "/api/v1/namespaces/default/pods", ["metadata": ["name": "p"]])
        _ = try cluster.send("DELETE", Cluster.secrets + "/a")
        #expect(try client.events() == ["MODIFIED a", "DELETED a"])
        #expect(cluster.api.openWatches == 1)
    }

    @Test("an object that comes into or leaves a selection is added or deleted")
    func selection() throws {
        let cluster = Cluster()
        try cluster.makeSecret("a")
        let client = try Client(cluster, "/api/v1/secrets?watch=1&labelSelector=on")
        #expect(try client.events() == [])
        func label(_ value: ManifestValue) throws {
            _ = try cluster.send(
                "PATCH", Cluster.secrets + "/a", ["metadata": ["labels": ["on": value]]],
                type: "application/merge-patch+json")
        }
        try label("1")
        try label("2")
        try label(.null)
        #expect(try client.events() == ["ADDED a", "MODIFIED a", "DELETED a"])
    }

    @Test("from revision 0 the present state comes first")
    func fromNow() throws {
        let cluster = Cluster()
        try cluster.makeSecret("b")
        try cluster.makeSecret("a")
        let client = try Client(cluster, Cluster.secrets + "?watch=true&resourceVersion=0")
        #expect(try client.events() == ["ADDED a", "ADDED b"])
        let initial = try Client(
            cluster, Cluster.secrets + "?watch=true&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersion=")
        #expect(try initial.events() == ["ADDED a", "ADDED b", "BOOKMARK -"])
    }

    @Test("bookmarks come in time, and the watch ends in time")
    func time() throws {
        let cluster = Cluster()
        let client = try Client(cluster, "/api/v1/secrets?watch=true&allowWatchBookmarks=true&timeoutSeconds=25")
        cluster.clock.advance(9)
        cluster.api.tick()
        #expect(try client.events() == [])
        cluster.clock.advance(1)
        cluster.api.tick()
        #expect(try client.events() == ["BOOKMARK -"])
        cluster.clock.advance(15)
        cluster.api.tick()
        #expect(try client.events() == ["BOOKMARK -"])
        #expect(client.engine.isFinished)
        #expect(cluster.api.openWatches == 0)
    }

    @Test("a watch from before the known history gets 410 as an event")
    func tooOld() throws {
        var settings = KubernetesAPI.Settings()
        settings.history = 4
        let cluster = Cluster(settings)
        for index in 0..<20 { try cluster.makeSecret("s\(index)") }
        let client = try Client(cluster, "/api/v1/secrets?watch=true&resourceVersion=3")
        #expect(try client.events() == ["ERROR 410"])
        #expect(client.engine.isFinished)
    }

    @Test("disturbances end watches the way real ones end")
    func disturbances() throws {
        let cluster = Cluster()
        let expired = try Client(cluster, "/api/v1/secrets?watch=true")
        cluster.api.disturb(.expire)
        #expect(try expired.events() == ["ERROR 410"])
        let broken = try Client(cluster, "/api/v1/secrets?watch=true")
        cluster.api.disturb(.abort)
        _ = try broken.events()
        #expect(broken.engine.isFinished)
        let cut = try Client(cluster, "/api/v1/secrets?watch=true")
        cluster.api.disturb(.halfLine)
        #expect(throws: (any Error).self) { try cut.events() }
        #expect(cut.engine.isFinished)
        let stalled = try Client(cluster, "/api/v1/secrets?watch=true")
        cluster.api.disturb(.stall)
        try cluster.makeSecret("a")
        #expect(try stalled.events() == [])
        #expect(!stalled.engine.isFinished)
    }
}

extension String {
    fileprivate func range(ofHead end: String) -> String.Index? {
        guard hasPrefix("HTTP/") else { return nil }
        var place = startIndex
        while place < endIndex {
            if self[place...].hasPrefix(end) { return index(place, offsetBy: end.count) }
            place = index(after: place)
        }
        return nil
    }
}
