/// The date of an answer (RFC 9110 section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
enum HTTPDate {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// - Parameter seconds: since 1970, which began on a Thursday; not negative.
    static func text(_ seconds: Int64) -> String {
        let stamp = Array(SandboxEnvironment.timestamp(seconds))
        let month = Int(String(stamp[5..<7])).map { months[($0 - 1) % 12] } ?? ""
        let day = days[Int(seconds / 86_400 % 7)]
        return "\(day), \(String(stamp[8..<10])) \(month) \(String(stamp[0..<4])) \(String(stamp[11..<19])) GMT"
    }
}
