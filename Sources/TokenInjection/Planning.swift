import RawJSON

/// One pod's way from a selection to an outcome. Operations are written while the pod is walked and thrown away if it is
/// refused after all.
struct Planning: ~Copyable {
    let location: PodLocation
    var findings = Findings()
    var writer: PatchWriter
    private var changed: [UInt8] = []
    private(set) var wantsWrapper = false

    init(location: PodLocation) {
        self.location = location
        writer = PatchWriter(pointer: location.pointer)
    }

    mutating func outcome(for pod: JSONValue, _ selection: borrowing PodSelection) -> InjectionPlan.Outcome {
        guard let spec = pod.field("spec") else { return .skip(.noContainers) }
        guard spec.isObject else {
            refuseType(at: "spec", "an object")
            return .refuse(findings.violations)
        }
        wantsWrapper = selection.wantsWrapper
        checkShape(of: spec)
        let hasWrapperVolume = checkWrapperVolume(in: spec)
        if wantsWrapper, selection.annotations?.isObject == false {
            refuseType(at: "metadata.annotations", "an object")
        }
        if let name = selection.secret, !SecretName.isValid(name) { refuseSecretName(name) }
        guard findings.violations.isEmpty else { return .refuse(findings.violations) }

        guard let secret = SecretReference(for: spec, annotation: selection.secret) else {
            if selection.optedIn { warnNoSecret() }
            return .skip(.noTokenSecret)
        }
        let hasVolume = checkTokenVolume(in: spec, secret)
        let choice = ContainerChoice(of: spec, secret, annotation: selection.containers)
        if !hasVolume { writer.addVolume(secret, to: spec) }
        if wantsWrapper {
            setWrapperScript(in: selection.annotations)
            if !hasWrapperVolume { writer.addWrapperVolume(exists: spec.field("volumes") != nil || !hasVolume) }
        }
        var chosen = 0
        var walk = ContainerWalk(of: spec)
        while let container = walk.nextContainer() {
            let survey = EnvironmentSurvey(of: container.container.elements(of: "env"))
            guard choice.includes(container, survey, secret) else { continue }
            chosen += 1
            wire(container, survey, secret)
        }
        for name in choice.unknownNames(in: spec) {
            findings.warn(
                "The annotation \(TokenNames.Annotation.containers) lists \(name), but no container is named so.")
        }
        guard findings.violations.isEmpty else { return .refuse(findings.violations) }
        guard chosen > 0 else { return .skip(.noContainers) }
        guard writer.operations > 0 else { return .skip(.alreadyWired) }
        return .patch(
            InjectionFacts(
                secret: secret.name.string ?? "", key: secret.key?.string ?? "\(TokenNames.fileName)",
                containers: String(decoding: changed, as: UTF8.self), operations: writer.operations))
    }

    /// Adds to one container what it lacks.
    private mutating func wire(
        _ container: borrowing ContainerView, _ survey: borrowing EnvironmentSurvey, _ secret: borrowing SecretReference
    ) {
        let place = container.place
        guard container.container.isObject else {
            refuseType(at: "spec.\(place.field)", "an object")
            return
        }
        let before = writer.operations
        let mounts = container.container.field("volumeMounts")
        let env = container.container.field("env")
        guard isArray(mounts, "volumeMounts", of: place), isArray(env, "env", of: place) else { return }
        let hasMount = checkMounts(mounts, of: container)
        if !hasMount { writer.addMount(to: place, exists: mounts != nil) }
        if wantsWrapper { wireWrapper(mounts, exist: mounts != nil || !hasMount, of: container) }
        wireEnvironment(of: container, survey, exists: env != nil, secret, withGit: !hasMount)
        if writer.operations > before { noteChange(of: container) }
    }

    /// Names are listed for an audit log; a pod with hundreds of containers gets its list cut.
    private mutating func noteChange(of container: borrowing ContainerView) {
        let longest = 1024
        guard changed.count < longest else { return }
        if !changed.isEmpty { changed.append(",") }
        container.name?.appendText(to: &changed)
    }

    private mutating func warnNoSecret() {
        findings.warn(
            "The label \(TokenNames.Label.token)=enabled has no effect: name a Secret in the annotation "
                + "\(TokenNames.Annotation.secret), or give a container an environment variable GITHUB_TOKEN with a "
                + "secretKeyRef.")
    }

    private mutating func refuseSecretName(_ name: JSONValue) {
        findings.refuse(
            Violation(
                .invalidAnnotation, .invalid,
                at: "\(location.fieldPrefix)metadata.annotations[\(TokenNames.Annotation.secret)]",
                value: Findings.quoted(name),
                "must be the name of a Secret: lower-case letters, digits, '-' and '.', at most \(SecretName.longest) "
                    + "characters, with a letter or digit at both ends; remove the annotation to use the Secret of the "
                    + "environment variable GITHUB_TOKEN"))
    }

    // MARK: - Shapes

    /// What is appended to must be a list, or the API server could not apply the patch.
    private mutating func checkShape(of spec: JSONValue) {
        if let list = spec.field("initContainers"), !list.isArray { refuseType(at: "spec.initContainers", "an array") }
        if let list = spec.field("containers"), !list.isArray { refuseType(at: "spec.containers", "an array") }
        if let list = spec.field("volumes"), !list.isArray { refuseType(at: "spec.volumes", "an array") }
    }

    private mutating func isArray(_ value: JSONValue?, _ field: StaticString, of place: ContainerPlace) -> Bool {
        guard let value, !value.isArray else { return true }
        refuseType(at: "spec.\(place.field).\(field)", "an array")
        return false
    }

    private mutating func refuseType(at field: String, _ type: String) {
        findings.refuse(
            Violation(.malformedPod, .typeInvalid, at: "\(location.fieldPrefix)\(field)", "must be \(type)"))
    }
}
