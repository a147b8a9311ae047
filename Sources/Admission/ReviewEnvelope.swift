import RawJSON

/// What every AdmissionReview (k8s.io/api/admission/v1 and v1beta1) has around the object in question, whatever its kind.
struct ReviewEnvelope: ~Escapable {
    /// Longest `uid` that is echoed, in bytes as written. The API server sends a UUID of 36.
    static let longestUID = 256

    /// As it came; the answer must carry the same.
    let apiVersion: JSONValue
    let uid: JSONValue
    let request: JSONValue

    @_lifetime(copy document)
    init(_ document: JSONValue) throws(MalformedReview) {
        guard document.field("kind")?.isText("AdmissionReview") == true else { throw .notAReview }
        guard let apiVersion = document.field("apiVersion"),
            apiVersion.isText("admission.k8s.io/v1") || apiVersion.isText("admission.k8s.io/v1beta1")
        else { throw .unsupportedVersion }
        guard let request = document.field("request"), request.isObject else { throw .noRequest }
        guard let uid = request.field("uid"), (1...Self.longestUID).contains(uid.textBound) else {
            throw .invalidUID
        }
        self.apiVersion = apiVersion
        self.uid = uid
        self.request = request
    }

    /// A field of the request that must be a string if it is there.
    @_lifetime(copy self)
    func text(_ key: StaticString, _ field: MalformedReview.Field) throws(MalformedReview) -> JSONValue? {
        guard let value = request.field(key) else { return nil }
        guard value.isString else { throw .invalidField(field) }
        return value
    }

    /// A field of the request that must be an object if it is there.
    @_lifetime(copy self)
    func object(_ key: StaticString, _ field: MalformedReview.Field) throws(MalformedReview) -> JSONValue? {
        guard let value = request.field(key) else { return nil }
        guard value.isObject else { throw .invalidField(field) }
        return value
    }

    /// True for a request whose result is not kept.
    func isDryRun() throws(MalformedReview) -> Bool {
        guard let value = request.field("dryRun") else { return false }
        guard let dryRun = value.bool else { throw .invalidField(.dryRun) }
        return dryRun
    }
}
