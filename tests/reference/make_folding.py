#!/usr/bin/env python3
"""Writes assets/folding.ron: what each letter, digit and mark becomes when texts are compared.

    make_folding.py OUTPUT

Capitals, accents, widths and presentation forms do not matter there. Source: the Unicode Character Database as Python
ships it (decompositions, case folding, decimal digits). Letters of Latin that have no decomposition but are commonly
typed without their stroke are added by hand. Characters that become their own lower-case form are left out.
"""

import sys
import unicodedata

# Ranges where marks only decorate. In other scripts (Devanagari, Thai) marks are vowels and stay.
DROPPED = [
    (0x0300, 0x036F), (0x0483, 0x0489), (0x0591, 0x05C7), (0x0610, 0x061A), (0x064B, 0x065F), (0x0670, 0x0670),
    (0x06D6, 0x06ED), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0x3099, 0x309A), (0xFE20, 0xFE2F),
]
# Soft hyphen, tatweel, joiners, direction marks, variation selectors: not seen.
UNSEEN = [0x00AD, 0x0640, 0x034F, 0x061C, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065),
          0xFEFF, *range(0xFE00, 0xFE10)]
BY_HAND = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t",
           "ĸ": "k", "ŋ": "n", "ɨ": "i", "ƀ": "b"}
RANGES = [(0x80, 0x1100), (0x1200, 0x3130), (0x3190, 0x3400), (0xA640, 0xAC00), (0xF900, 0xFFA0), (0xFFE0, 0xFFF0)]


def is_dropped(char):
    code = ord(char)
    return code in UNSEEN or (
        unicodedata.category(char) in ("Mn", "Me") and any(low <= code <= high for low, high in DROPPED)
    )


def fold(text):
    for _ in range(4):
        parts = []
        for char in unicodedata.normalize("NFKD", text).casefold():
            digit = unicodedata.decimal(char, None)
            char = BY_HAND.get(char, char)
            parts.append(str(digit) if digit is not None else char)
        folded = "".join(part for part in unicodedata.normalize("NFKD", "".join(parts)) if not is_dropped(part))
        if folded == text:
            return folded
        text = folded
    raise SystemExit(f"no end: {text!r}")


def main():
    entries = []
    for low, high in RANGES:
        for code in range(low, high):
            char = chr(code)
            if unicodedata.category(char)[0] not in "LNM" and not is_dropped(char):
                continue
            folded = fold(char)
            if folded != char.lower():
                entries.append((code, folded))
    lines = [
        "// What each letter, digit and mark becomes when texts are compared: code point and text. Written by",
        "// tests/reference/make_folding.py.",
        "//",
        f"// Source: Unicode Character Database {unicodedata.unidata_version} (decompositions, case folding, decimal",
        "// digits); letters with a stroke by hand. What is not listed becomes its lower-case form.",
        "[",
    ]
    line = "   "
    for code, folded in entries:
        text = "".join(f"\\u{{{ord(c):x}}}" if ord(c) > 126 else c for c in folded)
        entry = f' (0x{code:x}, "{text}"),'
        if len(line) + len(entry) > 118:
            lines.append(line)
            line = "   "
        line += entry
    lines += [line, "]", ""]
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        file.write("\n".join(lines))
    print(len(entries), "entries")


main()
