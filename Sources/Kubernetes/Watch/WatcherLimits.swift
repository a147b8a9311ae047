/// How a watcher asks. The defaults are client-go's where it has one.
package struct WatcherLimits: Sendable, Equatable {
    /// Objects on one page of a list.
    package var pageSize = 500
    /// Seconds after which the server ends a watch, drawn anew each time so that watches spread over the servers
    /// (client-go's reflector: 5 to 10 minutes).
    package var watchSeconds = 300...600
    /// How long a watch may be silent. API servers send a bookmark every minute; a little more than that is silence.
    package var silence = Duration.seconds(65)
    /// A watch that ends sooner did not work, whatever the server says; without a pause it would end again and again.
    package var shortestWatch = Duration.seconds(1)

    package init() {}
}
