#!/usr/bin/env python3
"""Writes src/domain_unicode_data.c from files of the Unicode Character Database.

usage: unicode_tables.py DIRECTORY VERSION > src/domain_unicode_data.c

DIRECTORY holds, of one version of Unicode (https://www.unicode.org/Public/):
UnicodeData.txt, CompositionExclusions.txt, DerivedJoiningType.txt and
IdnaMappingTable.txt. What the tables mean stands in src/domain_unicode.c. Only
what UTS 46 needs is kept, non-transitional and without UseSTD3ASCIIRules.
"""

import sys

TOP = 0x110000
BIDI = ["L", "R", "AL", "AN", "EN", "ES", "CS", "ET", "ON", "BN", "NSM"]
JOINING = ["U", "L", "R", "D", "T"]
DISALLOWED, VALID, IGNORED, MAPPED, PAIRS = range(5)
L_MARK = len(BIDI)  # a mark (Mc) whose bidi class is L
OTHER = L_MARK + 1  # separators and white space, which no right-to-left name may hold
LINE = 118


def rows(path):
    """The fields of each line; the first is a range (first, last)."""
    for line in open(path, encoding="utf-8"):
        fields = [f.strip() for f in line.split("#")[0].split(";")]
        if fields[0]:
            first, _, last = fields[0].partition("..")
            yield (int(first, 16), int(last or first, 16)), fields[1:]


def points(text):
    return tuple(int(p, 16) for p in text.split())


class Character:
    def __init__(self, category, combining, bidi, decomposition):
        self.category, self.combining, self.bidi = category, combining, bidi
        self.decomposition = () if decomposition.startswith("<") else points(decomposition)


def read_characters(path):
    characters, start = {}, 0
    for (first, _), f in rows(path):
        character = Character(f[1], int(f[2]), f[3], f[4])
        if f[0].endswith(", First>"):
            start = first
        elif f[0].endswith(", Last>"):
            characters.update((c, character) for c in range(start, first + 1))
        else:
            characters[first] = character
    return characters


def properties(c, status, characters, joining):
    """The ten bits of a code point: status, bidi class, joining type."""
    if status != VALID:
        return status, 0, 0
    character = characters[c]
    bidi = BIDI.index(character.bidi) if character.bidi in BIDI else OTHER
    if character.category in ("Mn", "Mc", "Me"):
        if character.bidi == "L":
            bidi = L_MARK
        else:
            assert character.bidi == "NSM", hex(c)
    elif character.bidi == "NSM":
        sys.exit("U+%04X is NSM but no mark" % c)
    kind = joining.get(c, "U")
    return status, bidi, JOINING.index(kind if kind in JOINING else "U")


def merge_ranges(values, mapping):
    """(first, value) where the value changes; runs of upper and lower case in turn become one PAIRS range."""
    ranges, c = [], 0
    while c < TOP:
        end = c
        while end + 1 < TOP and values[end] == (MAPPED, 0, 0) and mapping[end] == (end + 1,) and \
                values[end + 1][0] == VALID and values[end + 1] == values[c + 1]:
            end += 2
        if end - c >= 4:
            ranges.append((c, (PAIRS,) + values[c + 1][1:]))
            c = end
        elif not ranges or ranges[-1][1] != values[c]:
            ranges.append((c, values[c]))
            c += 1
        else:
            c += 1
    return ranges


def in_pairs(ranges):
    inside = set()
    for i, (first, value) in enumerate(ranges):
        if value[0] == PAIRS:
            inside.update(range(first, ranges[i + 1][0]))
    return inside


def merge_mapping(mapping, skip):
    """Runs (first, count, target): neighbours that are moved by the same distance. Longer targets stand alone."""
    runs = []
    for c in sorted(mapping):
        if c in skip:
            continue
        target = mapping[c]
        if runs and len(target) == 1 and runs[-1][0] + runs[-1][1] == c and runs[-1][1] < 1023 and \
                len(runs[-1][2]) == 1 and runs[-1][2][0] + runs[-1][1] == target[0]:
            runs[-1][1] += 1
        else:
            runs.append([c, 1, target])
    return runs


def make_pool(runs):
    """All longer targets in one row, each found there where it first occurs."""
    pool = []
    texts = {run[2] for run in runs if len(run[2]) > 1}
    joined = ""
    for text in sorted(texts, key=lambda t: (-len(t), t)):
        string = "".join(map(chr, text))
        if string not in joined:
            joined += string
            pool.extend(text)
    return pool, joined


def print_array(kind, name, words):
    print("\nconst %s %s[] = {" % (kind, name))
    line = "   "
    for word in words:
        if len(line) + len(word) + 2 > LINE:
            print(line)
            line = "   "
        line += " " + word + ","
    print(line + "\n};")
    print("const size_t %s_count = %d;" % (name, len(words)))


def main():
    folder, version = sys.argv[1], sys.argv[2]
    characters = read_characters(folder + "/UnicodeData.txt")
    joining, excluded, status, mapping = {}, set(), [DISALLOWED] * TOP, {}
    for (first, last), f in rows(folder + "/DerivedJoiningType.txt"):
        joining.update((c, f[0]) for c in range(first, last + 1))
    for (first, last), _ in rows(folder + "/CompositionExclusions.txt"):
        excluded.update(range(first, last + 1))
    for (first, last), f in rows(folder + "/IdnaMappingTable.txt"):
        kind = {"valid": VALID, "deviation": VALID, "ignored": IGNORED, "mapped": MAPPED,
                "disallowed": DISALLOWED}[f[0]]
        for c in range(first, last + 1):
            status[c] = kind
            if kind == MAPPED:
                mapping[c] = points(f[1])

    values = [properties(c, status[c], characters, joining) for c in range(TOP)]
    ranges = merge_ranges(values, mapping)
    runs = merge_mapping(mapping, in_pairs(ranges))
    pool, joined = make_pool(runs)
    composed = []
    for c, character in sorted(characters.items()):
        parts = character.decomposition
        if len(parts) == 2 and c not in excluded and \
                character.combining == 0 and characters[parts[0]].combining == 0:
            composed.append((parts[0], parts[1], c))
        elif parts:
            assert status[c] != VALID, "U+%04X is valid but never the result of a composition" % c
    composed.sort()
    order = sorted(range(len(composed)), key=lambda i: composed[i][2])
    combining, previous = [], 0
    for c in range(TOP):
        now = characters[c].combining if c in characters else 0
        if now != previous:
            combining.append((c, now))
        previous = now

    print("/* Made by tools/unicode_tables.py from the Unicode Character Database %s,\n"
          " * (c) 1991-2025 Unicode, Inc., under the Unicode License v3,\n"
          " * https://www.unicode.org/license.txt. Not to be edited.\n"
          " * clang-format off */" % version)
    print('#include "domain_unicode_data.h"')
    print_array("uint32_t", "unicode_ranges",
                ["0x%x" % (c << 11 | k << 7 | b << 3 | j) for c, (k, b, j) in ranges])
    words = []
    for first, count, target in runs:
        if len(target) == 1:
            words += ["0x%x" % (first << 11 | count), "0x%x" % target[0]]
        else:
            at = joined.index("".join(map(chr, target)))
            words += ["0x%x" % (first << 11), "0x%x" % (at << 8 | len(target))]
    print_array("uint32_t", "unicode_mappings", words)
    print_array("uint32_t", "unicode_texts", ["0x%x" % p for p in pool])
    print_array("uint32_t", "unicode_combining", ["0x%x" % (c << 8 | v) for c, v in combining])
    print_array("uint32_t", "unicode_compositions", ["0x%x" % p for row in composed for p in row])
    print_array("uint16_t", "unicode_decompositions", ["%d" % i for i in order])
    print("ranges %d, runs %d (longer: %d), pool %d, combining %d, compositions %d" %
          (len(ranges), len(runs), sum(len(r[2]) > 1 for r in runs), len(pool), len(combining), len(composed)),
          file=sys.stderr)


main()
