import Glibc

/// Documents and answers on standard input and output, each behind its length in four bytes, the lowest first.
enum Frames {
    /// Everything standard input holds.
    static func readAll() -> [UInt8] {
        var input: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = unsafe read(STDIN_FILENO, &buffer, buffer.count)
            guard count > 0 else { return input }
            input += buffer[..<count]
        }
    }

    static func writeAll(_ output: [UInt8]) {
        var written = 0
        while written < output.count {
            let count = unsafe output.withUnsafeBytes { bytes in
                unsafe write(STDOUT_FILENO, bytes.baseAddress.map { unsafe $0 + written }, bytes.count - written)
            }
            guard count > 0 else { exit(1) }
            written += count
        }
    }

    /// Answers every document of `input` in turn.
    static func answer(_ input: [UInt8], with body: (RawSpan, inout [UInt8]) -> Void) -> [UInt8] {
        var output: [UInt8] = []
        var answer: [UInt8] = []
        var place = 0
        while place + 4 <= input.count {
            let length = (0..<4).reduce(0) { $0 | Int(input[place + $1]) << (8 * $1) }
            let document = [UInt8](input[place + 4..<place + 4 + length])
            answer.removeAll(keepingCapacity: true)
            unsafe body(document.span.bytes, &answer)
            for shift in 0..<4 { output.append(UInt8(truncatingIfNeeded: answer.count >> (8 * shift))) }
            output += answer
            place += 4 + length
        }
        return output
    }
}
