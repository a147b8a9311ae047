/// Writes Events. A failure is told to the observer and to nobody else: the work that an Event is about goes on.
package actor EventRecorder {
    private let client: KubernetesClient
    private let source: EventSource
    private var aggregator = EventAggregator()

    package init(_ client: KubernetesClient, source: EventSource) {
        self.client = client
        self.source = source
    }

    /// Writes an Event, or raises the count of one that says the same.
    package func record(_ note: EventNote) async {
        switch aggregator.note(note, at: client.clock.now(), unixTime: client.clock.unixTime()) {
        case .none: return
        case .create(let record): await create(record)
        case .update(let record):
            do throws(KubernetesError) {
                let key = ObjectKey(namespace: record.series.subject.namespace, name: record.name)
                _ = try await client.patch(.events, key, body: record.repetition)
            } catch {
                // Deleted by somebody, or older than the API server keeps Events.
                if error.code == .notFound { await create(record) } else { client.observer.eventFailed(error) }
            }
        }
    }

    private func create(_ record: EventRecord) async {
        do throws(KubernetesError) {
            _ = try await client.create(
                .events, namespace: record.series.subject.namespace, body: record.created(by: source))
        } catch {
            aggregator.forget(record.series)
            client.observer.eventFailed(error)
        }
    }
}
