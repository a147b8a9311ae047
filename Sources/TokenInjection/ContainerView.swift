import RawJSON

/// The two lists of containers that are wired; ephemeral containers come after creation.
enum ContainerList: Sendable {
    case initContainers
    case containers

    var name: StaticString {
        switch self {
        case .initContainers: "initContainers"
        case .containers: "containers"
        }
    }
}

/// Where a container stands in its pod.
struct ContainerPlace: Sendable {
    let list: ContainerList
    let index: Int

    /// Such as `initContainers[0]`.
    var field: String { "\(list.name)[\(index)]" }
}

/// One container and its place.
struct ContainerView: ~Escapable {
    let place: ContainerPlace
    let container: JSONValue

    @_lifetime(copy container)
    init(place: ContainerPlace, container: JSONValue) {
        self.place = place
        self.container = container
    }

    var name: JSONValue? {
        @_lifetime(copy self)
        get { container.field("name") }
    }

    /// The Secret that the container's `GITHUB_TOKEN` comes from.
    var tokenReference: SecretReference? {
        @_lifetime(copy self)
        get { SecretReference(ofTokenIn: container) }
    }
}

/// Walks the containers in the order in which they start: init containers and native sidecars first.
struct ContainerWalk: ~Escapable {
    private let containers: JSONElements
    private var elements: JSONElements
    private var list = ContainerList.initContainers
    private var index = 0

    /// - Parameter spec: a pod's `spec`.
    @_lifetime(copy spec)
    init(of spec: JSONValue) {
        elements = spec.elements(of: "initContainers")
        containers = spec.elements(of: "containers")
    }

    @_lifetime(copy self)
    mutating func nextContainer() -> ContainerView? {
        if let element = elements.nextElement() {
            defer { index += 1 }
            return ContainerView(place: ContainerPlace(list: list, index: index), container: element)
        }
        guard list == .initContainers else { return nil }
        list = .containers
        index = 0
        elements = containers
        return nextContainer()
    }
}
