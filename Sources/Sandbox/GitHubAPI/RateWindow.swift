/// Requests counted in windows of a fixed length.
struct RateWindow: Sendable {
    let limit: Int
    let seconds: Int64
    private(set) var used = 0
    /// When the present window ends, in seconds since 1970.
    private(set) var reset: Int64 = 0

    init(limit: Int, seconds: Int64) {
        self.limit = limit
        self.seconds = seconds
    }

    var remaining: Int { max(0, limit - used) }

    /// Counts a request. False when the window has no room for it.
    mutating func admit(now: Int64) -> Bool {
        if now >= reset {
            used = 0
            reset = now + seconds
        }
        used += 1
        return used <= limit
    }
}
