"""RawJSON against Python's json: the same documents accepted, the same values read."""

import json
import random

import core_probe

DOCUMENTS = 120_000
BATCH = 20_000

TEXTS = [
    "", "a", "name", "kelos-agent", "\u00e9", "\u6f22\u5b57", "\U0001f600", "\u0000", "\u001f", "\u007f", "\u0085",
    "\u2028", "\ufffd", "\uffff", '"', "\\", "/", "~", "a" * 7, "a" * 8, "a" * 9, "b" * 15, "b" * 16, "b" * 17,
    'f:{"k":"v"}', "x" * 31 + "\u00e9",
]  # fmt: skip
NUMBERS = [
    "0", "-0", "1", "-1", "10", "1.0", "0.5", "-0.0", "1e0", "1E5", "1e+5", "1e-5", "1e400", "-1e400", "1.5e300",
    "123456789012345678901234567890", "0.1e1", "9007199254740993", "2147483648",
]  # fmt: skip
NOT_NUMBERS = ["01", "+1", ".5", "1.", "-", "1e", "1e+", "0x10", "1_000", "NaN", "Infinity", "-Infinity", "--1", "1.e5"]
SPACES = ["", "", "", "", " ", "\n", "\t", "\r\n", "  "]
NOT_SPACES = ["\u00a0", "\ufeff", "\u000b", "\f", "/**/"]
INVALID_UTF8 = [
    b"\x80", b"\xc0\xaf", b"\xc3", b"\xe2\x82", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xff", b"\xf0\x9f\x98",
]  # fmt: skip


def written(rng, text):
    """A literal for `text`, with some characters escaped that need not be."""
    out = []
    for char in text:
        if char in '"\\' or char < " ":
            short = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
            out.append(short[char] if char in short and rng.random() < 0.7 else f"\\u{ord(char):04x}")
        elif rng.random() < 0.08:
            units = char.encode("utf-16-be")
            pairs = [units[i : i + 2].hex() for i in range(0, len(units), 2)]
            out.append("".join("\\u" + (p.upper() if rng.random() < 0.5 else p) for p in pairs))
        elif char == "/" and rng.random() < 0.5:
            out.append("\\/")
        else:
            out.append(char)
    if rng.random() < 0.02:
        out.insert(rng.randrange(len(out) + 1), rng.choice(["\\ud800", "\\udc00", "\\uDBFF\\ud800", "\\ud83d\\ude00"]))
    return '"' + "".join(out) + '"'


def value(rng, depth):
    kind = rng.random()
    if depth <= 0 or kind < 0.5:
        return rng.choice(
            [
                lambda: written(rng, rng.choice(TEXTS) + rng.choice(TEXTS)),
                lambda: written(rng, "".join(rng.choice("abc\u00e9/\"\\\n") for _ in range(rng.randrange(40)))),
                lambda: rng.choice(NUMBERS),
                lambda: str(rng.randrange(-(10**9), 10**9)),
                lambda: rng.choice(["true", "false", "null"]),
            ]
        )()
    count = rng.choice([0, 0, 1, 1, 2, 3, 5])
    space = lambda: rng.choice(SPACES)  # noqa: E731
    if kind < 0.75:
        items = [space() + value(rng, depth - 1) + space() for _ in range(count)]
        return "[" + (",".join(items) or space()) + "]"
    keys = [rng.choice(TEXTS[:12]) for _ in range(count)]
    items = [space() + written(rng, k) + space() + ":" + space() + value(rng, depth - 1) + space() for k in keys]
    return "{" + (",".join(items) or space()) + "}"


def hostile(rng, document):
    """A document with one thing wrong, or so it may be."""
    data = document.encode("utf-8", "surrogatepass")
    kind = rng.randrange(9)
    place = rng.randrange(len(data) + 1)
    if kind == 0:
        return data[:place]
    if kind == 1 and data:
        place = rng.randrange(len(data))
        return data[:place] + bytes([data[place] ^ (1 << rng.randrange(8))]) + data[place + 1 :]
    if kind == 2:
        return data[:place] + rng.choice(INVALID_UTF8) + data[place:]
    if kind == 3:
        return data[:place] + rng.choice(NOT_SPACES + NOT_NUMBERS).encode() + data[place:]
    if kind == 4:
        return data[:place] + bytes([rng.choice(b'{}[],:"\\0-+.eEtfn \x00\x01\x1f')]) + data[place:]
    if kind == 5 and data:
        start, end = sorted((rng.randrange(len(data)), rng.randrange(len(data))))
        return data[:start] + data[end:]
    if kind == 6:
        return data + rng.choice([b" ", b"\n", b",", b"]", b"}", b"null", b"\x00"])
    if kind == 7:
        return b"\xef\xbb\xbf" + data
    return data[place:] + data[:place]


def expected(data):
    """What Python reads, numbers as they are written and lone surrogates as U+FFFD; None if it reads nothing."""

    def refuse(_):
        raise ValueError

    def number(text):
        return ("number", text)

    def cleaned(found):
        if isinstance(found, str):
            return found.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if isinstance(found, list):
            return [cleaned(item) for item in found]
        if isinstance(found, dict):
            return {cleaned(key): cleaned(item) for key, item in found.items()}
        return found

    try:
        text = data.decode("utf-8", "strict")
        found = json.loads(text, parse_float=number, parse_int=number, parse_constant=refuse)
    except (UnicodeDecodeError, ValueError):
        return None
    return (cleaned(found),)


def compare(documents):
    accepted = 0
    for data, answer in zip(documents, core_probe.ask("json", documents)):
        wanted = expected(data)
        if wanted is None:
            assert answer.startswith(b"E"), (data, answer)
            offset = int(answer.split(b"@")[1])
            assert 0 <= offset <= len(data), (data, answer)
        else:
            assert answer.startswith(b"V"), (data, answer)
            assert expected(answer[1:]) == wanted, (data, answer)
            accepted += 1
    return accepted


def test_generated_documents():
    rng = random.Random(20260823)
    total = accepted = 0
    while total < DOCUMENTS:
        documents = []
        for _ in range(BATCH):
            document = value(rng, rng.randrange(6))
            if rng.random() < 0.5:
                documents.append((rng.choice(SPACES) + document + rng.choice(SPACES)).encode("utf-8"))
            else:
                documents.append(hostile(rng, document))
        accepted += compare(documents)
        total += len(documents)
    assert total >= 100_000
    # The corpus must hold plenty of both.
    assert total * 0.4 < accepted < total * 0.75


def test_every_truncation_and_every_flip_of_a_byte():
    rng = random.Random(7)
    documents = []
    for _ in range(12):
        data = value(rng, 4).encode("utf-8")[:400]
        documents += [data[:length] for length in range(len(data))]
        for place in range(len(data)):
            for byte in (0, 0x22, 0x5C, 0x7D, 0x80, 0xC3):
                documents.append(data[:place] + bytes([byte]) + data[place + 1 :])
    compare(documents)


def test_byte_pairs_in_strings_and_between_values():
    documents = [b'"' + bytes([a, b]) + b'"' for a in range(256) for b in range(0, 256, 3)]
    documents += [b"[" + bytes([a]) + b"1" + bytes([b]) + b"]" for a in range(256) for b in range(256)]
    compare(documents)


def test_fixtures_are_read_as_python_reads_them():
    if not core_probe.FIXTURES.is_dir():
        core_probe.pytest.skip("the shared fixtures are not there")
    documents = [path.read_bytes() for path in sorted(core_probe.FIXTURES.glob("*.json"))]
    assert compare(documents) == len(documents) > 0


def test_fixtures_cut_at_any_byte_are_refused():
    if not core_probe.FIXTURES.is_dir():
        core_probe.pytest.skip("the shared fixtures are not there")
    for path in sorted(core_probe.FIXTURES.glob("*.json")):
        data = path.read_bytes().rstrip()
        cuts = [data[:length] for length in range(0, len(data), 7)]
        assert all(answer.startswith(b"E") for answer in core_probe.ask("json", cuts))


def test_time_grows_with_size_only():
    """Many keys, many escapes, deep nesting: what is quadratic does not come back in time."""
    many_keys = b"{" + b",".join(b'"k%d":%d' % (i, i) for i in range(500_000)) + b"}"
    many_escapes = b'"' + b"\\u00e9\\n" * 500_000 + b'"'
    deep = b"[" * 10_000 + b"]" * 10_000
    answers = core_probe.ask("json", [many_keys, many_escapes, deep])
    assert answers[0].startswith(b"V") and answers[1].startswith(b"V")
    assert answers[2] == b"EtooDeep@1000"
