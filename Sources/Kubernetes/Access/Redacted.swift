/// A credential. Printing, dumping or interpolating it shows nothing of it.
package struct Redacted<Value: Sendable & Equatable>: Sendable, Equatable {
    /// The credential itself, for the request that needs it and nothing else.
    package let value: Value

    package init(_ value: Value) {
        self.value = value
    }
}

extension Redacted: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "<redacted>" }
    package var debugDescription: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
