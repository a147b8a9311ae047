internal import Kubernetes
internal import PodManifests
internal import PodWiring
internal import RawJSON

/// Reads what the checks judge. No failure ends the walk: it becomes a `Reading`.
struct ClusterReader: Sendable {
    /// As kubectl's `--chunk-size`.
    private static let pageSize = 500

    let client: KubernetesClient

    func object(_ resource: Resource, _ name: String, in namespace: String = "") async -> Reading<ManifestValue> {
        do throws(KubernetesError) {
            return Self.parsed(try await client.get(resource, ObjectKey(namespace: namespace, name: name)))
        } catch {
            return Reading(error)
        }
    }

    /// Reads a Secret; of its data nothing is kept but the names of the keys and what is asked for.
    func secret(_ key: ObjectKey, values: Set<String> = []) async -> Reading<SecretContents> {
        do throws(KubernetesError) {
            return .found(try await client.secret(key, selecting: MetadataSelection(), values: values))
        } catch {
            return Reading(error)
        }
    }

    /// The metadata of all Secrets, in all namespaces if that is nil.
    func secrets(
        in namespace: String?, selecting selection: MetadataSelection
    ) async -> Reading<[ObjectMetadata]> {
        var all: [ObjectMetadata] = []
        var continuation: String?
        do throws(KubernetesError) {
            repeat {
                let page = try await client.list(
                    ObjectSelection(.secrets, namespace: namespace), selecting: selection, limit: Self.pageSize,
                    continuation: continuation)
                all += page.items
                continuation = page.continuation
            } while continuation != nil
            return .found(all)
        } catch {
            return Reading(error)
        }
    }

    /// The pods that webhooks with one of these selectors would be asked about and that have not ended.
    func pods(
        in namespace: String?, matching selectors: [LabelSelector], judgedBy judgement: PodJudgement
    ) async -> Reading<[JudgedPod]> {
        var judged: [ObjectKey: JudgedPod] = [:]
        do throws(KubernetesError) {
            for selector in selectors {
                var pages = PodPages(
                    client, .livePods(in: namespace, matching: selector.query), judgedBy: judgement)
                while let page = try await pages.next() {
                    for pod in page { judged[pod.key] = pod }
                }
            }
            return .found(judged.values.sorted { $0.label < $1.label })
        } catch {
            return Reading(error)
        }
    }

    /// Asks for a pod to be created and not stored.
    func trial(of pod: ManifestValue, in namespace: String) async -> ProbeAnswer {
        do throws(KubernetesError) {
            let body = try await client.create(
                .pods, namespace: namespace, body: JSONWriter.compact(pod), timeout: .seconds(35), isTrial: true)
            return .accepted(body)
        } catch {
            return .refused(error.code, error.message)
        }
    }

    /// Asks the API server about somebody's rights.
    ///
    /// - Parameters:
    ///   - review: a LocalSubjectAccessReview, or without a namespace a SubjectAccessReview.
    ///   - namespace: the review's.
    func isAllowed(_ review: ManifestValue, in namespace: String?) async -> Reading<Bool> {
        let resource: Resource = namespace == nil ? .subjectAccessReviews : .localSubjectAccessReviews
        do throws(KubernetesError) {
            let body = try await client.create(resource, namespace: namespace, body: JSONWriter.compact(review))
            return Self.parsed(body).map { $0[path: ["status", "allowed"]]?.isTrue == true }
        } catch {
            return Reading(error)
        }
    }

    private static func parsed(_ body: [UInt8]) -> Reading<ManifestValue> {
        do throws(RawJSONError) {
            return .found(try ManifestValue(json: body))
        } catch {
            return .failed("the answer is not JSON: \(error)")
        }
    }
}
