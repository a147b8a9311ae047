// Character classes of RFC 9110 and RFC 3986 as bit masks: one shift and one test a byte, no table in memory.

extension UInt8 {
    /// `tchar` of RFC 9110 section 5.6.2: what a method or a field name is made of.
    package var isTokenByte: Bool {
        isIn(low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE)
    }

    /// What a field value may hold (RFC 9110 section 5.5): visible ASCII, space, tab and obs-text, no other control byte.
    package var isFieldValueByte: Bool {
        self >= 0x20 ? self != 0x7F : self == 0x09
    }

    /// What a request target may hold: visible ASCII. A fragment never leaves a client (RFC 9110 section 4.2.5).
    package var isTargetByte: Bool {
        self > 0x20 && self < 0x7F && self != UInt8(ascii: "#")
    }

    /// `reg-name` of RFC 3986 section 3.2.2 with the comma left out, which only ever means two hosts in one field.
    package var isRegisteredNameByte: Bool {
        isIn(low: 0x2BFF_6FF2_0000_0000, high: 0x47FF_FFFE_87FF_FFFE)
    }

    /// What stands between the brackets of an IP literal (RFC 3986 section 3.2.2).
    package var isAddressLiteralByte: Bool {
        isIn(low: 0x07FF_6000_0000_0000, high: 0x47FF_FFFE_87FF_FFFE)
    }

    package var isDigit: Bool { self >= 0x30 && self <= 0x39 }

    /// `OWS` of RFC 9110 section 5.6.3.
    package var isOptionalSpace: Bool { self == 0x20 || self == 0x09 }

    private func isIn(low: UInt64, high: UInt64) -> Bool {
        guard self < 128 else { return false }
        return (self < 64 ? low : high) >> UInt64(self & 63) & 1 == 1
    }
}
