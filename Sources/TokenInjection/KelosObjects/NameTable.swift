import RawJSON

/// Who had a name first. Names are compared byte by byte, as Kubernetes does; two spellings of one Unicode character differ.
struct NameTable<Place> {
    private struct Name: Hashable {
        let text: String

        static func == (left: Name, right: Name) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

        func hash(into hasher: inout Hasher) {
            for byte in text.utf8 { hasher.combine(byte) }
        }
    }

    private var places: [Name: Place] = [:]

    /// - Returns: whoever had the name before; nil if it is new, and then it is `place`'s from now on.
    mutating func holder(of name: JSONValue, orElse place: Place) -> Place? {
        let name = Name(text: name.string ?? "")
        if let holder = places[name] { return holder }
        places[name] = place
        return nil
    }
}
