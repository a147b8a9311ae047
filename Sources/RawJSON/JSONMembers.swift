/// One member of an object.
package struct JSONMember: ~Escapable {
    package let key: JSONValue
    package let value: JSONValue

    @inlinable
    @_lifetime(copy key, copy value)
    init(key: JSONValue, value: JSONValue) {
        self.key = key
        self.value = value
    }
}

/// Walks an object's members in document order; skipping a value of any size is one step. When several members are
/// wanted, one walk beats one lookup each. A key that occurs twice is met twice.
package struct JSONMembers: ~Escapable {
    @usableFromInline let object: JSONValue
    @usableFromInline var next: Int
    @usableFromInline let end: Int

    @inlinable
    @_lifetime(copy object)
    init(of object: JSONValue) {
        self.object = object
        self.next = object.position + 1
        self.end = object.isObject ? Int(object.token.end) : object.position + 1
    }

    @inlinable
    @_lifetime(copy self)
    package mutating func nextMember() -> JSONMember? {
        guard next < end else { return nil }
        let key = object.at(next)
        let value = object.at(next + 1)
        next = value.following
        return JSONMember(key: key, value: value)
    }
}

/// Walks an array's elements in order.
package struct JSONElements: ~Escapable {
    @usableFromInline let array: JSONValue
    @usableFromInline var next: Int
    @usableFromInline let end: Int

    @inlinable
    @_lifetime(copy array)
    init(of array: JSONValue) {
        self.array = array
        self.next = array.position + 1
        self.end = array.isArray ? Int(array.token.end) : array.position + 1
    }

    /// No elements.
    @inlinable
    @_lifetime(copy value)
    init(noneIn value: JSONValue) {
        self.array = value
        self.next = 0
        self.end = 0
    }

    @inlinable
    @_lifetime(copy self)
    package mutating func nextElement() -> JSONValue? {
        guard next < end else { return nil }
        let element = array.at(next)
        next = element.following
        return element
    }
}

extension JSONValue {
    /// The members of an object; none if this is something else.
    @inlinable package var members: JSONMembers {
        @_lifetime(copy self)
        get { JSONMembers(of: self) }
    }

    /// The elements of an array; none if this is something else.
    @inlinable package var elements: JSONElements {
        @_lifetime(copy self)
        get { JSONElements(of: self) }
    }

    /// The value of the last member of this object with that key; nil if there is none, or this is no object.
    @inlinable
    @_lifetime(copy self)
    package func member(_ key: StaticString) -> JSONValue? {
        let object = token
        guard object.isObject else { return nil }
        let end = Int(object.end)
        // Quotes included. Most keys differ in length, so the bytes are seldom looked at.
        let length = key.utf8CodeUnitCount &+ 2
        var next = position &+ 1
        var found = -1
        while next < end {
            let token = unsafe tokens[next]
            if Int(token.end) &- Int(token.start) == length {
                // Equal lengths only without the flag of an escape.
                let text = unsafe base + Int(token.start) + 1
                if unsafe sameBytes(text, UnsafeRawPointer(key.utf8Start), length &- 2) { found = next &+ 1 }
            } else if token.hasEscape, at(next).isText(key) {
                found = next &+ 1
            }
            let value = unsafe tokens[next &+ 1]
            next = value.isContainer ? Int(value.end) &+ 1 : next &+ 2
        }
        return found < 0 ? nil : at(found)
    }

    /// As `member`, with null read as absent, which is what it means in the Kubernetes API.
    @inlinable
    @_lifetime(copy self)
    package func field(_ key: StaticString) -> JSONValue? {
        guard let value = member(key), !value.isNull else { return nil }
        return value
    }

    /// The elements of the array that is this object's member with that key; none if there is no such array.
    @inlinable
    @_lifetime(copy self)
    package func elements(of key: StaticString) -> JSONElements {
        guard let value = member(key) else { return JSONElements(noneIn: self) }
        return value.elements
    }

    /// Elements of an array or members of an object.
    package var count: Int {
        var count = 0
        if isObject {
            var members = self.members
            while members.nextMember() != nil { count += 1 }
        } else {
            var elements = self.elements
            while elements.nextElement() != nil { count += 1 }
        }
        return count
    }
}
