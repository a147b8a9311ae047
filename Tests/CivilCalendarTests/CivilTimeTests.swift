import CivilCalendar
import Testing

@Suite("Civil times")
struct CivilTimeTests {
    @Test(
        "know the calendar",
        arguments: [
            (-1, "1969-12-31T23:59:59"), (951_782_399, "2000-02-28T23:59:59"), (951_782_400, "2000-02-29T00:00:00"),
            (951_868_800, "2000-03-01T00:00:00"), (4_107_456_000, "2100-02-28T00:00:00"),
            (4_107_542_400, "2100-03-01T00:00:00"), (253_402_300_799, "9999-12-31T23:59:59"),
            (-62_135_596_800, "0001-01-01T00:00:00"),
        ] as [(Int64, String)])
    func calendar(seconds: Int64, text: String) {
        #expect(CivilTime(secondsSince1970: seconds).text == text)
    }

    @Test("agree with counting days one by one over eight centuries")
    func everyDay() {
        var (year, month, day): (Int64, Int64, Int64) = (1600, 1, 1)
        // 1600-01-01 lies 135140 days before 1970-01-01.
        for number: Int64 in -135_140...157_054 {
            let time = CivilTime(secondsSince1970: number * 86_400 + 86_399)
            #expect((time.date.year, time.date.month, time.date.day) == (year, month, day))
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let lengths: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            day += 1
            if day > lengths[Int(month) - 1] { (day, month) = (1, month + 1) }
            if month > 12 { (month, year) = (1, year + 1) }
        }
        #expect((year, month, day) == (2400, 1, 2))
    }
}
