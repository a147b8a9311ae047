internal import HTTPTransport
internal import RawJSON

/// The API's own account of a failure (`metav1.Status`), within bounds.
package struct APIStatus: Sendable, Equatable {
    /// One thing that is wrong with an object.
    package struct Cause: Sendable, Equatable {
        package let reason: String
        package let message: String
        /// A path into the object, such as `spec.containers[0].image`.
        package let field: String
    }

    /// Messages come from servers and admission webhooks and go into logs and Events, which hold 1 KiB.
    static let longestMessage = 512
    static let longestField = 128
    static let mostCauses = 8

    /// The HTTP status, unless the answer is an event in a watch.
    package let code: Int
    /// A word such as `Conflict`; empty when the server gives none.
    package let reason: String
    package let message: String
    package let causes: [Cause]
    /// Of `details`; the header counts more.
    let retryAfterSeconds: Int?

    init(code: Int, reason: String = "", message: String = "", causes: [Cause] = [], retryAfterSeconds: Int? = nil) {
        self.code = code
        self.reason = reason
        self.message = message
        self.causes = causes
        self.retryAfterSeconds = retryAfterSeconds
    }

    /// Reads an answer's body; of one that is no Status nothing is kept, because it may echo the request.
    init(code: Int, body: [UInt8]) {
        var index = JSONIndex()
        guard let root = try? index.read(unsafe body.span.bytes), root.field("kind")?.isText("Status") == true else {
            self.init(code: code)
            return
        }
        self.init(root, code: code)
    }

    /// - Parameter code: of the response; the Status' own for an event in a watch.
    init(_ root: borrowing JSONValue, code: Int? = nil) {
        var causes: [Cause] = []
        var retryAfterSeconds: Int?
        if let details = root.field("details") {
            retryAfterSeconds = details.field("retryAfterSeconds")?.integer
            var elements = details.elements(of: "causes")
            while causes.count < Self.mostCauses, let element = elements.nextElement() {
                causes.append(
                    Cause(
                        reason: BoundedText.line(element.text("reason") ?? "", limit: Self.longestField),
                        message: BoundedText.line(element.text("message") ?? "", limit: Self.longestMessage),
                        field: BoundedText.line(element.text("field") ?? "", limit: Self.longestField)))
            }
        }
        self.init(
            code: code ?? root.field("code")?.integer ?? 0,
            reason: BoundedText.line(root.text("reason") ?? "", limit: Self.longestField),
            message: BoundedText.line(root.text("message") ?? "", limit: Self.longestMessage), causes: causes,
            retryAfterSeconds: retryAfterSeconds)
    }

    /// Without the words that may quote what was sent or asked for. A decoder or an admission webhook that refuses a Secret
    /// may show a part of it; the sentences of the API server's own templates name objects only.
    var withoutEchoes: APIStatus {
        let templates: Set = [
            "Conflict", "NotFound", "AlreadyExists", "Unauthorized", "TooManyRequests", "Timeout", "ServerTimeout",
            "ServiceUnavailable", "Expired", "Gone",
        ]
        let isAuthorizer =
            reason == "Forbidden" && message.contains(" cannot ") && !message.contains("denied the request")
        guard !templates.contains(reason), !isAuthorizer else { return self }
        return APIStatus(
            code: code, reason: reason, message: "(message withheld, because it may quote a secret)",
            causes: causes.map { Cause(reason: $0.reason, message: "", field: $0.field) },
            retryAfterSeconds: retryAfterSeconds)
    }
}

/// Text from elsewhere, made fit for one line of a log.
enum BoundedText {
    /// Words that may be credentials are `<redacted>`.
    ///
    /// - Parameter limit: bytes of UTF-8; a longer text ends with an ellipsis within them.
    static func line(_ text: String, limit: Int) -> String {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
            .map { CredentialShape.mayBeIn($0) ? CredentialShape.redacted : $0 }
        return cut(words.joined(separator: " "), limit: limit)
    }

    private static func cut(_ text: String, limit: Int) -> String {
        let ellipsis = "…"
        var line = ""
        var count = 0
        var kept = line.endIndex
        for scalar in text.unicodeScalars {
            let isControl = scalar.value < 0x20 || scalar.value == 0x7F || (0x80..<0xA0).contains(scalar.value)
            let shown = isControl || scalar.value == 0x2028 || scalar.value == 0x2029 ? " " : scalar
            count += UTF8.width(shown)
            guard count <= limit else { return String(line[..<kept]) + ellipsis }
            line.unicodeScalars.append(shown)
            if count <= limit - ellipsis.utf8.count { kept = line.endIndex }
        }
        return line
    }
}
