import PodManifests
import Testing

@testable import InstallationCheck

@Suite("The registration")
struct ConfigurationCheckTests {
    private let check: ConfigurationCheck

    init() throws {
        check = ConfigurationCheck(name: "kelos-token-webhook", shipped: try CheckSettings.shippedWebhooks())
    }

    /// Verdicts and messages for one change of the entry for Kelos's pods.
    private func found(_ change: (inout ManifestValue) -> Void) throws -> [String] {
        let live = try Registration.entries { entry in
            if entry["name"]?.string?.hasPrefix("kelos-pods.") == true { change(&entry) }
        }
        return check.results(for: live).map { result in
            "\(result.verdict.rawValue): "
                + (result.message.hasPrefix("kelos-pods.")
                    ? String(result.message.drop { $0 != ":" }.dropFirst(2)) : result.message)
        }
    }

    @Test("that is carried in the program is the one of the manifests")
    func embedded() throws {
        let shipped = try Repository.text("manifests/base/mutatingwebhookconfiguration.yaml")
        #expect(try CheckSettings.shippedWebhooks() == Registration.entries())
        #expect(check.shipped.map(\.name).count == 3 && !shipped.isEmpty)
        #expect(check.shipped.filter(\.isAboutPods).count == 2)
    }

    @Test("by defaults has the manifests' names")
    func names() throws {
        let settings = CheckSettings()
        #expect(try Registration.shipped().name == settings.configuration)
        let webhook = try Repository.object("manifests/base/deployment.yaml")
        #expect(webhook.namespace == settings.systemNamespace)
        let volumes = webhook[path: ["spec", "template", "spec", "volumes"]]?.elements ?? []
        #expect(volumes.map { $0[path: ["secret", "secretName"]]?.string } == [settings.certificateSecret])
        #expect(try Repository.object("manifests/base/refresher/deployment.yaml").name == settings.refresher)
    }

    @Test("may be just as shipped")
    func complete() throws {
        #expect(try found { _ in } == ["ok: \"kelos-token-webhook\" has the 3 webhooks of the manifest, complete"])
    }

    @Test("may be missing")
    func missing() {
        #expect(check.missing().verdict == .failed)
        #expect(check.missing().mend?.contains("--webhook-configuration") == true)
    }

    @Test("may lack a webhook; one that is only a check is worth a warning")
    func lacking() throws {
        let results = check.results(for: [])
        #expect(results.map(\.verdict) == [.failed, .failed, .warning])
    }

    @Test("may have rules with wildcards, other paths of the webhook, and more than is asked for")
    func wider() throws {
        let wide = try found { entry in
            entry.set("rules", [["apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"], "resources": ["*/*"]]])
            entry.set(path: ["clientConfig", "service", "path"], "/mutate-v1-pod")
        }
        #expect(wide.count == 1 && wide[0].hasPrefix("ok"))
    }

    @Test("may name no place to call")
    func nowhere() throws {
        #expect(
            try found { $0.set("clientConfig", ["url": "http://plain"]) }
                == ["failed: its clientConfig names neither a Service nor an https URL"])
    }

    @Test("may call another path")
    func path() throws {
        #expect(
            try found { $0.set(path: ["clientConfig", "service", "path"], "/mutate-kelos-dev") }
                == ["failed: its path is /mutate-kelos-dev, which is not /mutate--v1-pod"])
    }

    @Test("may be asked about less")
    func rules() throws {
        let narrow: ManifestValue = [
            ["apiGroups": [""], "apiVersions": ["v1"], "operations": ["UPDATE"], "resources": ["pods"]],
            ["apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]],
        ]
        #expect(try found { $0.set("rules", narrow) } == ["failed: its rules leave out CREATE v1 pods"])
    }

    @Test("may refuse dry runs", arguments: ["Some", "Unknown"])
    func sideEffects(value: String) throws {
        #expect(
            try found { $0.set("sideEffects", .string(value)) }
                == ["failed: sideEffects is \(value), so the API server refuses every dry run of these objects"])
    }

    @Test("may be weaker, which is worth a warning")
    func weaker() throws {
        let weak = try found { entry in
            entry.set("failurePolicy", "Ignore")
            entry.set("timeoutSeconds", nil)
            entry.set("matchPolicy", "Exact")
            entry.set("reinvocationPolicy", nil)
        }
        #expect(
            weak == [
                "warning: failurePolicy is Ignore, the manifest has Fail: while the webhook is down, pods are created "
                    + "without the token's file and nobody is told",
                "warning: timeoutSeconds is 10, the manifest has 5",
                "warning: matchPolicy is Exact, so requests in other API versions pass by",
                "warning: reinvocationPolicy is Never, so what later webhooks add is not looked at",
            ])
    }

    @Test("may be stricter with Kelos's objects than it should, which is worth a warning")
    func strict() throws {
        let results = check.results(for: try Registration.entries { $0.set("failurePolicy", "Fail") })
        #expect(results.map(\.verdict) == [.warning])
        #expect(
            results[0].message
                == "kelos-objects.github-token.kelos.dev: failurePolicy is Fail, the manifest has Ignore: while the webhook "
                + "is down, these objects cannot be written")
    }
}

@Suite("Selectors of the registration")
struct SelectorCheckTests {
    private let excluded = [SelectorCheck.Place("kube-system"), SelectorCheck.Place("kelos-token-system")]

    private func found(
        in place: SelectorCheck.Place = SelectorCheck.Place("default"), _ change: (inout ManifestValue) -> Void
    ) throws -> [CheckResult] {
        let check = SelectorCheck(live: try Registration.entries(change), systemNamespace: "kelos-token-system")
        return check.results(for: place, excluding: excluded)
    }

    @Test("let through the wanted pods and keep out of the system's namespaces")
    func shipped() throws {
        #expect(try found { _ in }.map(\.verdict) == [.ok])
    }

    @Test("may leave pods out")
    func narrow() throws {
        let results = try found { entry in
            if entry["objectSelector"]?["matchLabels"] != nil {
                entry.set("objectSelector", ["matchLabels": ["a": "b"]])
            }
        }
        #expect(results.map(\.verdict) == [.failed])
        #expect(
            results[0].message
                == "the objectSelectors leave out pods that opt in, which are created without the token's file")
    }

    @Test("may be absent, so that everybody's pods wait for the webhook")
    func absent() throws {
        let results = try found { $0.set("objectSelector", nil) }
        #expect(results.map(\.verdict) == [.warning])
    }

    @Test("may reach into the system's namespaces")
    func system() throws {
        let results = try found { $0.set("namespaceSelector", [:]) }
        #expect(results.map(\.verdict) == [.failed, .failed])
        #expect(results[1].message.hasSuffix("its own pods cannot come back"))
    }

    @Test("may leave a namespace out, by labels that it really has")
    func namespace() throws {
        func optIn(_ entry: inout ManifestValue) { entry.set("namespaceSelector", ["matchLabels": ["tokens": "yes"]]) }
        #expect(try found(optIn).map(\.verdict) == [.failed])
        #expect(try found(in: SelectorCheck.Place("default", labels: ["tokens": "yes"]), optIn).map(\.verdict) == [.ok])
    }

    @Test("of no webhook for pods leave out every pod")
    func none() {
        let results = SelectorCheck(live: [], systemNamespace: "s").results(
            for: SelectorCheck.Place("default"), excluding: excluded)
        #expect(results.map(\.verdict) == [.failed])
    }
}
