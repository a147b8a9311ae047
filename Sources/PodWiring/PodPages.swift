package import Kubernetes

/// The pods of one selection, judged page by page, so that no more than a page is ever in memory.
package struct PodPages {
    /// Pods are whole objects, and some have hundreds of containers.
    private static let pageSize = 50

    private let client: KubernetesClient
    private let objects: ObjectSelection
    private let judgement: PodJudgement
    private var limit = pageSize
    private var continuation: String?
    private var isOver = false

    package init(_ client: KubernetesClient, _ objects: ObjectSelection, judgedBy judgement: PodJudgement) {
        self.client = client
        self.objects = objects
        self.judgement = judgement
    }

    /// - Returns: nil after the last page.
    package mutating func next() async throws(KubernetesError) -> [JudgedPod]? {
        while !isOver {
            guard let page = try await page() else {
                limit /= 2
                continue
            }
            limit = min(limit * 2, Self.pageSize)
            continuation = page.continuation
            isOver = continuation == nil
            return page.pods
        }
        return nil
    }

    /// - Returns: nil for a page that is too much at once: pods of a megabyte each must not hide all others.
    private func page() async throws(KubernetesError) -> PodJudgement.Page? {
        do throws(KubernetesError) {
            let body = try await client.page(objects, limit: limit, continuation: continuation)
            if let page = judgement.page(body) { return page }
            throw KubernetesError(.malformed, "GET pods: the list is not JSON, or has too many values")
        } catch {
            guard error.code == .tooLarge || error.code == .malformed, limit > 1 else { throw error }
            return nil
        }
    }
}

extension ObjectSelection {
    /// Pods that have not ended.
    ///
    /// - Parameters:
    ///   - namespace: nil for all of them.
    ///   - labelSelector: as in the query of a list.
    package static func livePods(in namespace: String?, matching labelSelector: String) -> ObjectSelection {
        ObjectSelection(
            .pods, namespace: namespace, labelSelector: labelSelector,
            fieldSelector: "status.phase!=Succeeded,status.phase!=Failed")
    }
}
