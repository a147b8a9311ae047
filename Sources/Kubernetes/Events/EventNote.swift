/// Something to tell the people who look at an object with `kubectl describe`.
package struct EventNote: Sendable, Hashable {
    package enum Kind: String, Sendable {
        case normal = "Normal"
        case warning = "Warning"
    }

    /// The object it is about.
    package struct Subject: Sendable, Hashable {
        package let apiVersion: String
        package let kind: String
        package let namespace: String
        package let name: String
        package let uid: String

        package init(apiVersion: String, kind: String, namespace: String, name: String, uid: String) {
            self.apiVersion = apiVersion
            self.kind = kind
            self.namespace = namespace
            self.name = name
            self.uid = uid
        }
    }

    package let subject: Subject
    package let kind: Kind
    /// One word in upper camel case, from a closed set.
    package let reason: String
    /// A sentence. Anybody who may read Events sees it.
    package let message: String

    package init(_ kind: Kind, _ reason: String, about subject: Subject, _ message: String) {
        self.subject = subject
        self.kind = kind
        self.reason = reason
        self.message = message
    }
}

/// Who tells.
package struct EventSource: Sendable, Equatable {
    /// Shown by kubectl as "From".
    package let component: String
    /// The pod.
    package let instance: String

    package init(component: String, instance: String) {
        self.component = component
        self.instance = instance
    }
}
