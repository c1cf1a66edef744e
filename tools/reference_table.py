#!/usr/bin/env python3
"""Writes src/data/token_refs.inc, the named character references of the HTML standard,
from Python's own copy of that table (html.entities.html5).

    python3 tools/reference_table.py > src/data/token_refs.inc
"""
from html.entities import html5

whole = {name[:-1]: text for name, text in html5.items() if name.endswith(";")}
bare = {name for name in html5 if not name.endswith(";")}
assert bare <= set(whole) and all(html5[name] == whole[name] for name in bare)
order = sorted(whole)  # by bytes, as memcmp() has it: all names are ASCII


def literal(parts):
    line = ""
    for part in parts:
        if len(line) + len(part) > 112:
            yield '    "%s"' % line
            line = ""
        line += part
    yield '    "%s"' % line


print("/* Made by tools/reference_table.py; do not edit. The %d named character references of the" % len(whole))
print(" * HTML standard (13.5), sorted; %d of them may stand without their semicolon. */" % len(bare))
print("static const char REF_NAMES[] =")
print("\n".join(literal(order)) + ";\n")
texts = sorted(set(whole.values()))
at, offset = {}, 0
for text in texts:
    at[text] = offset
    offset += len(text.encode())
print("static const char REF_TEXTS[] =")
print("\n".join(literal("".join("\\%03o" % b for b in text.encode()) for text in texts)) + ";\n")
print("static const struct ref REFS[] = { /* name: place, size; text: place, size; without semicolon */")
offset, line = 0, ""
for name in order:
    row = "{%d, %d, %d, %d, %d}, " % (offset, len(name), at[whole[name]], len(whole[name].encode()), name in bare)
    offset += len(name)
    if len(line) + len(row) > 112:
        print("    " + line.rstrip())
        line = ""
    line += row
print("    " + line.rstrip())
print("};")
