#!/usr/bin/env python3
"""Draws what a terminal shows as an SVG picture.

    tmux capture-pane -e -p -t PANE | tools/terminal_svg.py >display.svg

Reads text with SGR escapes (colours, bold, dim, reverse), as tmux prints a pane with -e. tools/pictures.sh makes
doc/display.svg with it.
"""
import re
import sys
import unicodedata
from html import escape

WIDTH, HEIGHT, SIZE, EDGE = 8.4, 19, 14, 14
GROUND, INK, DIM = "#16181d", "#d7dae0", "#8a9099"
COLOURS = ["#3b4048", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#d7dae0",
           "#8a9099", "#ff7b86", "#b5e08f", "#ffd68a", "#82c4ff", "#de94f0", "#6fd0dc", "#ffffff"]


def colour_of(numbers, at):
    """The colour that starts behind 38 or 48 at numbers[at], and where it ends."""
    if at + 1 < len(numbers) and numbers[at] == 5:
        n = numbers[at + 1]
        if n < 16:
            return COLOURS[n], at + 2
        if n >= 232:
            return "#%02x%02x%02x" % ((8 + (n - 232) * 10,) * 3), at + 2
        n -= 16
        steps = [0, 95, 135, 175, 215, 255]
        return "#%02x%02x%02x" % (steps[n // 36], steps[n // 6 % 6], steps[n % 6]), at + 2
    if at + 3 < len(numbers) and numbers[at] == 2:
        return "#%02x%02x%02x" % tuple(numbers[at + 1:at + 4]), at + 4
    return None, at


def apply(style, parameters):
    numbers = [int(n or 0) for n in parameters.split(";")]
    at = 0
    while at < len(numbers):
        n = numbers[at]
        at += 1
        if n == 0:
            style.clear()
        elif n in (1, 2, 7):
            style[n] = True
        elif n == 22:
            style.pop(1, None)
            style.pop(2, None)
        elif n == 27:
            style.pop(7, None)
        elif 30 <= n <= 37 or 90 <= n <= 97:
            style["ink"] = COLOURS[n - 30 if n < 90 else n - 82]
        elif n in (38, 48):
            colour, at = colour_of(numbers, at)
            if n == 38:
                style["ink"] = colour
        elif n == 39:
            style.pop("ink", None)


def runs(line, style):
    """Pieces of a line that look the same: (column, text, attributes)."""
    column = 0
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        found = re.fullmatch(r"\x1b\[([0-9;]*)m", part)
        if found:
            apply(style, found.group(1))
        elif part:
            ink = style.get("ink") or (DIM if style.get(2) else INK)
            yield column, part, f'fill="{ink}"' + (' font-weight="bold"' if style.get(1) else "")
            column += sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in part)


def main():
    lines = sys.stdin.read().rstrip("\n").split("\n")
    plain = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in lines]
    width = max(len(line) for line in plain) * WIDTH + 2 * EDGE
    height = len(lines) * HEIGHT + 2 * EDGE
    print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height}" '
          f'viewBox="0 0 {width:.0f} {height}" role="img">')
    print("<title>crawl at work, in a terminal</title>")
    print(f'<rect width="100%" height="100%" rx="8" fill="{GROUND}"/>')
    print(f'<g font-family="ui-monospace, Menlo, Consolas, DejaVu Sans Mono, monospace" font-size="{SIZE}">')
    style = {}
    for row, line in enumerate(lines):
        for column, text, attributes in runs(line, style):
            if text.strip() == "":
                continue
            print(f'<text x="{EDGE + column * WIDTH:.1f}" y="{EDGE + row * HEIGHT + SIZE}" '
                  f'textLength="{len(text) * WIDTH:.1f}" {attributes}>{escape(text.replace(" ", chr(0xa0)))}</text>')
    print("</g>\n</svg>")


main()
