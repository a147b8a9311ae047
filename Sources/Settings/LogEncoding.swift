/// How a log line is written (`--zap-encoder`).
package enum LogEncoding: String, Sendable, CaseIterable, SettingValue {
    /// One JSON object per line, for collectors.
    case json
    /// Tab-separated columns, for people.
    case console

    package init(argument: String) throws(SettingError) {
        guard let encoding = LogEncoding(rawValue: argument) else {
            throw SettingError("\(SettingError.quote(argument)) is not a log encoder; write json or console")
        }
        self = encoding
    }
}

/// How a log line's time is written (`--zap-time-encoding`), by controller-runtime's names. Always UTC.
package enum LogTimeEncoding: String, Sendable, CaseIterable, SettingValue {
    /// `2026-01-02T15:04:05Z`
    case rfc3339
    /// `2026-01-02T15:04:05.123456789Z`, without trailing zeros
    case rfc3339nano
    /// `2026-01-02T15:04:05.123Z`
    case iso8601
    /// Seconds since 1970 with a fraction
    case epoch
    /// Milliseconds since 1970 with a fraction
    case millis
    /// Nanoseconds since 1970
    case nano

    package init(argument: String) throws(SettingError) {
        guard let encoding = LogTimeEncoding(rawValue: argument) else {
            throw SettingError(
                "\(SettingError.quote(argument)) is not a time encoding; "
                    + "write rfc3339, rfc3339nano, iso8601, epoch, millis or nano")
        }
        self = encoding
    }
}
