internal import Synchronization

/// The queue of Secrets to look at and what is done with them, under the names of client-go's workqueue and of
/// controller-runtime's controllers.
package struct WorkQueueMetrics: Sendable {
    /// What became of one piece of work.
    package enum Result: Sendable {
        case success
        /// Tried again by itself.
        case error
        /// Somebody has to mend something.
        case terminalError
    }

    package let depth: Gauge
    package let retried: Counter
    private let added: Counter
    private let queueTime: Histogram
    private let workTime: Histogram
    private let active: Gauge
    private let successes: Counter
    private let failures: Counter
    private let errors: Counter
    private let terminalErrors: Counter
    private let reconcileTime: Histogram
    private let running = RunningWork()

    /// - Parameters:
    ///   - controller: the label `controller`, and `name` beside it.
    ///   - workers: how many pieces of work may run at once.
    ///   - now: nanoseconds of a monotonic clock.
    init(
        _ registry: inout MetricsRegistry, controller: String, workers: Int, now: @escaping @Sendable () -> UInt64
    ) {
        let queue = [MetricLabels(["name": controller, "controller": controller])]
        let controllers = [MetricLabels(["controller": controller])]
        depth = registry.gauges("workqueue_depth", help: "Current depth of workqueue", labels: queue)[0]
        added =
            registry.counters(
                "workqueue_adds_total", help: "Total number of adds handled by workqueue", labels: queue)[0]
        retried =
            registry.counters(
                "workqueue_retries_total", help: "Total number of retries handled by workqueue", labels: queue)[0]
        queueTime =
            registry.histograms(
                "workqueue_queue_duration_seconds",
                help: "How long in seconds an item stays in workqueue before being requested",
                buckets: .controllerRuntime, labels: queue)[0]
        workTime =
            registry.histograms(
                "workqueue_work_duration_seconds", help: "How long in seconds processing an item from workqueue takes.",
                buckets: .controllerRuntime, labels: queue)[0]
        let running = running
        registry.computed([
            .gauge(
                "workqueue_unfinished_work_seconds",
                help: "How many seconds of work has been done that is in progress and has not been observed by "
                    + "work_duration.", labels: queue[0]),
            .gauge(
                "workqueue_longest_running_processor_seconds",
                help: "How many seconds has the longest running processor for workqueue been running.",
                labels: queue[0]),
        ]) {
            let (total, longest) = running.seconds(at: now())
            return [total, longest]
        }
        active =
            registry.gauges(
                "controller_runtime_active_workers", help: "Number of currently used workers per controller",
                labels: controllers)[0]
        registry.gauges(
            "controller_runtime_max_concurrent_reconciles",
            help: "Maximum number of concurrent reconciles per controller", labels: controllers)[0].set(Int64(workers))
        let results = registry.counters(
            "controller_runtime_reconcile_total", help: "Total number of reconciliations per controller",
            labels: ["success", "error"].map { MetricLabels(["controller": controller, "result": $0]) })
        successes = results[0]
        failures = results[1]
        errors =
            registry.counters(
                "controller_runtime_reconcile_errors_total",
                help: "Total number of reconciliation errors per controller", labels: controllers)[0]
        terminalErrors =
            registry.counters(
                "controller_runtime_terminal_reconcile_errors_total",
                help: "Total number of terminal reconciliation errors per controller", labels: controllers)[0]
        reconcileTime =
            registry.histograms(
                "controller_runtime_reconcile_time_seconds", help: "Length of time per reconciliation per controller",
                buckets: .reconciliation, labels: controllers)[0]
    }

    /// A worker took an item from the queue.
    ///
    /// - Parameters:
    ///   - item: what it is called until it is finished.
    ///   - now: nanoseconds of the clock that `init` was given.
    package func started(_ item: [String], waitedNanoseconds: UInt64, at now: UInt64) {
        added.increment()
        queueTime.observe(nanoseconds: waitedNanoseconds)
        active.add(1)
        running.begin(item, at: now)
    }

    package func finished(_ item: [String], _ result: Result, tookNanoseconds: UInt64) {
        running.end(item)
        active.add(-1)
        workTime.observe(nanoseconds: tookNanoseconds)
        reconcileTime.observe(nanoseconds: tookNanoseconds)
        switch result {
        case .success: successes.increment()
        case .error:
            failures.increment()
            errors.increment()
        case .terminalError:
            failures.increment()
            errors.increment()
            terminalErrors.increment()
        }
    }
}

/// What is being worked on, and since when.
private final class RunningWork: Sendable {
    private let starts = Mutex<[[String]: UInt64]>([:])

    func begin(_ item: [String], at now: UInt64) {
        starts.withLock { $0[item] = now }
    }

    func end(_ item: [String]) {
        starts.withLock { _ = $0.removeValue(forKey: item) }
    }

    /// All of it together, and the longest of it.
    func seconds(at now: UInt64) -> (total: Double, longest: Double) {
        let ages = starts.withLock { $0.values.map { Double(now - min(now, $0)) / 1e9 } }
        return (ages.reduce(0, +), ages.max() ?? 0)
    }
}
