import Glibc
import Platform
import Testing

@Suite("A failed system call")
struct SystemErrorTests {
    @Test("says which call it was and what the kernel says")
    func text() {
        #expect(SystemError("bind :9443", code: EADDRINUSE).description == "bind :9443: Address already in use")
    }

    @Test("knows a missing file and a taken address")
    func kinds() {
        #expect(SystemError("open", code: ENOENT).isMissingFile)
        #expect(SystemError("open", code: ENOTDIR).isMissingFile)
        #expect(!SystemError("open", code: EACCES).isMissingFile)
        #expect(SystemError("bind", code: EADDRINUSE).isAddressInUse)
        #expect(!SystemError("bind", code: EACCES).isAddressInUse)
    }
}
