/// What a watcher tells: first everything there is, then every change; after a gap everything again.
///
/// Between `initStarted` and `initDone` a store collects aside, and at `initDone` it puts the collection in the place of
/// what it had: objects that vanished during the gap are those that are missing. Another `initStarted` before that throws
/// the collection away.
package enum WatcherEvent: Sendable, Equatable {
    case initStarted
    case initApplied(ObjectMetadata)
    case initDone
    /// New or changed. May come twice, and may tell what a store knows already.
    case applied(ObjectMetadata)
    case deleted(ObjectMetadata)
}
