package import Kubernetes
internal import PodWiring

/// Looks for pods that run without the token's file though the webhook would have given it to them: those that are older
/// than the webhook, and those that were created while nobody was asked. Counts them, and tells their owners.
///
/// It lists and does not watch: specs of pods are large and nothing of them has to stay, and a token is good for an hour,
/// so that minutes do not matter.
package actor MissedPods: LeaderDuty {
    /// Of what this refresher has to say about a pod.
    static let reason = "GitHubTokenNotInjected"
    /// After it has begun to lead: the first tokens come first.
    static let firstLook = Duration.seconds(10)
    static let interval = Duration.seconds(300)
    /// Events of one look. A webhook that is installed last finds all pods missed; their owners are told little by little.
    static let mostToldAtOnce = 100

    private let client: KubernetesClient
    private let clock: any ClientClock
    private let observer: any RefresherObserver
    private let judgement: PodJudgement
    private let selections: [ObjectSelection]
    private let owner: PodOwner
    private let events: EventRecorder
    private let isDryRun: Bool
    private var roll = MissedRoll()

    /// - Parameter systemNamespace: where the webhook and this program run; pods there are left alone.
    package init(
        _ configuration: RefresherConfiguration, systemNamespace: String?, kubernetes: KubernetesClient,
        clock: any ClientClock, observer: any RefresherObserver
    ) {
        client = kubernetes
        self.clock = clock
        self.observer = observer
        judgement = PodJudgement(systemNamespace: systemNamespace)
        let namespaces: [String?] = configuration.namespaces.isEmpty ? [nil] : Set(configuration.namespaces).sorted()
        selections = namespaces.flatMap { namespace in
            WebhookSelectors.pods.map { .livePods(in: namespace, matching: $0) }
        }
        owner = PodOwner(kubernetes)
        events = EventRecorder(
            kubernetes, source: EventSource(component: configuration.component, instance: configuration.instance))
        isDryRun = configuration.isDryRun
    }

    package func work() async {
        var pause = Self.firstLook
        while (try? await clock.pause(for: pause)) != nil {
            await look()
            pause = Self.interval
        }
        // Who leads now counts them.
        roll.clear()
        observer.observe(.missed(pods: 0))
    }

    /// A list that fails leaves what the last one showed, and keeps no other from being read.
    private func look() async {
        var untold = Self.mostToldAtOnce
        for selection in selections {
            do throws(KubernetesError) {
                try await list(selection, &untold)
            } catch {
                guard !Task.isCancelled else { return }
                observer.observe(.podListFailed(error))
            }
        }
        guard !Task.isCancelled else { return }
        observer.observe(.missed(pods: roll.count))
    }

    private func list(_ selection: ObjectSelection, _ untold: inout Int) async throws(KubernetesError) {
        roll.begin(selection)
        var pages = PodPages(client, selection, judgedBy: judgement)
        while let page = try await pages.next() {
            for pod in page {
                guard let lack = pod.lack, pod.isOnNode else { continue }
                roll.see(pod.metadata.uid, in: selection)
                guard untold > 0, !Task.isCancelled, roll.tell(pod.metadata.uid, in: selection) else { continue }
                untold -= 1
                await tell(pod, lack)
            }
        }
        roll.finish(selection)
    }

    private func tell(_ pod: JudgedPod, _ lack: JudgedPod.Lack) async {
        observer.observe(.missedPod(pod.key, secret: lack.secret, containers: lack.containers))
        guard !isDryRun else { return }
        let subject = await owner.subject(of: pod)
        await events.record(EventNote(.warning, Self.reason, about: subject, Self.message(pod, lack)))
    }

    /// What to do comes before the list of containers, which an Event may have to cut.
    private static func message(_ pod: JudgedPod, _ lack: JudgedPod.Lack) -> String {
        let remedy =
            pod.metadata.controller == nil
            ? "delete the pod and create it again" : "delete the pod to have it made anew"
        let containers = lack.containers.split(separator: ",").joined(separator: ", ")
        return "Pod \(pod.key.name) runs without the GitHub token's file, or without a part of what goes with it: the "
            + "webhook was not asked when it was created. That cannot be mended in a pod that exists; \(remedy). "
            + "Secret \(lack.secret), containers \(containers)"
    }
}
