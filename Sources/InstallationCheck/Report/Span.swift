/// Spans of time as people say them.
enum Span {
    /// The two largest units: `12d 3h`, `41m 12s`, `8s`. Of a negative span, the size.
    static func text(_ span: Duration) -> String {
        let seconds = span.components.seconds.magnitude
        let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60)
        if days > 0 { return "\(days)d \(hours)h" }
        if hours > 0 { return "\(hours)h \(minutes)m" }
        if minutes > 0 { return "\(minutes)m \(seconds % 60)s" }
        return "\(seconds)s"
    }
}
