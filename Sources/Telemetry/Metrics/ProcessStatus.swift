/// The fields of `/proc/<pid>/stat` (proc_pid_stat(5)) that the process metrics need.
struct ProcessStatus: Equatable {
    /// User and system time together.
    let cpuTicks: UInt64
    /// After boot.
    let startTicks: UInt64
    let virtualBytes: UInt64
    let residentPages: UInt64

    /// Nil when the text has another shape. The command name may hold spaces and parentheses, so fields are counted
    /// from the last closing one.
    init?(parsing text: [UInt8]) {
        guard let nameEnd = text.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = text[(nameEnd + 1)...].split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
        // The manual numbers fields from 1; the first one after the name is field 3.
        let field = { (number: Int) -> UInt64? in
            number - 3 < fields.count ? UInt64(String(decoding: fields[number - 3], as: UTF8.self)) : nil
        }
        guard let user = field(14), let system = field(15), let start = field(22), let virtual = field(23),
            let resident = field(24)
        else { return nil }
        cpuTicks = user &+ system
        startTicks = start
        virtualBytes = virtual
        residentPages = resident
    }
}

/// `/proc/<pid>/limits`: columns of text, padded with spaces.
enum ProcessLimits {
    /// The soft limit of a row; `unlimited` is 2^64 - 1, as client_golang reports it. Nil without such a row.
    static func soft(_ row: String, in text: [UInt8]) -> Double? {
        for line in text.split(separator: UInt8(ascii: "\n")) where line.starts(with: row.utf8) {
            let columns = line.dropFirst(row.utf8.count).split(separator: UInt8(ascii: " "))
            guard let column = columns.first else { return nil }
            let value = String(decoding: column, as: UTF8.self)
            return value == "unlimited" ? Double(UInt64.max) : UInt64(value).map { Double($0) }
        }
        return nil
    }
}

/// `/proc/<pid>/net/netstat`: a line of names and a line of values for each group, both beginning with the group.
enum NetworkOctets {
    /// The counter of that name in the group `IpExt`; nil without it.
    static func count(_ name: String, in text: [UInt8]) -> Double? {
        let lines = text.split(separator: UInt8(ascii: "\n")).filter { $0.starts(with: "IpExt: ".utf8) }
        guard lines.count == 2 else { return nil }
        let names = lines[0].split(separator: UInt8(ascii: " "))
        let values = lines[1].split(separator: UInt8(ascii: " "))
        guard let column = names.firstIndex(where: { $0.elementsEqual(name.utf8) }), column < values.count else {
            return nil
        }
        return UInt64(String(decoding: values[column], as: UTF8.self)).map { Double($0) }
    }
}

/// `/proc/stat`: the line `btime <seconds since 1970>`.
enum BootTime {
    static func seconds(in text: [UInt8]) -> UInt64? {
        for line in text.split(separator: UInt8(ascii: "\n")) where line.starts(with: "btime ".utf8) {
            return UInt64(String(decoding: line.dropFirst("btime ".utf8.count), as: UTF8.self))
        }
        return nil
    }
}
