import Glibc
import Platform
import ServerTestSupport
import Testing

@Suite("Reading small files")
struct FileContentsTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test("gives every byte, up to the limit exactly", arguments: [0, 1, 16 * 1024, 16 * 1024 + 1, 100_000])
    func whole(count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try directory.write(bytes, to: "file")
        #expect(try FileContents.read(directory.path("file"), limit: count) == bytes)
    }

    @Test("refuses a file one byte above the limit")
    func tooLong() throws {
        try directory.write([UInt8](repeating: 1, count: 20_001), to: "file")
        let error = #expect(throws: SystemError.self) {
            try FileContents.read(directory.path("file"), limit: 20_000)
        }
        #expect(error?.code == EFBIG)
    }

    @Test("tells a missing file and a directory apart from others")
    func notFiles() throws {
        let missing = #expect(throws: SystemError.self) {
            try FileContents.read(directory.path("missing"), limit: 10)
        }
        #expect(missing?.isMissingFile == true)
        #expect(missing?.reason == "No such file or directory")
        let folder = #expect(throws: SystemError.self) { try FileContents.read(directory.path, limit: 10) }
        #expect(folder?.reason == "Is a directory")
    }

    @Test("lists names without the two dots, and nothing where there is no directory")
    func names() throws {
        try directory.write([], to: "b")
        try directory.makeDirectory("..data")
        #expect(Set(FileContents.names(in: directory.path)) == ["b", "..data"])
        #expect(FileContents.names(in: directory.path("missing")).isEmpty)
    }

    @Test("leaves no descriptor behind, whether it succeeds or fails")
    func descriptors() throws {
        try directory.write([1, 2, 3], to: "only-here")
        for _ in 0..<50 {
            _ = try FileContents.read(directory.path("only-here"), limit: 10)
            _ = try? FileContents.read(directory.path("only-here"), limit: 1)
        }
        #expect(OpenDescriptors.count(of: directory.path("only-here")) == 0)
    }
}
