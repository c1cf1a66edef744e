#!/usr/bin/env python3
"""Draws growth curves as SVG from what scale_bench printed.

usage: curve.py COLUMN TITLE UNIT FILE... > curve.svg

COLUMN is a name of scale_bench's head line ("crawl us", "write us", "MB", "bytes/page"); several joined by "+" are
added up. Each FILE is one line of the curve and gives it its name. The x axis is pages, on a logarithmic scale.
"""
import math
import os
import sys

COLUMNS = ["pages", "known", "crawl us", "write us", "pages/s", "MB", "bytes/page", "refills"]
COLOURS = ["#1f6feb", "#d1242f", "#1a7f37", "#8250df"]
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 320, 60, 20, 40, 45


def read(path, names):
    points = []
    with open(path, encoding="utf-8") as file:
        for line in file:
            fields = line.split()
            if len(fields) == len(COLUMNS) and fields[0].isdigit():
                value = sum(float(fields[COLUMNS.index(name)]) for name in names)
                points.append((int(fields[0]), value))
    return points


def step(top):
    """A round distance between about five lines."""
    size = 10 ** math.floor(math.log10(top / 5))
    return next(size * factor for factor in (1, 2, 5, 10) if size * factor * 5 >= top)


def number(value):
    return f"{value:g}" if value < 10000 else f"{value:.0e}".replace("e+0", "e")


def main():
    column, title, unit, *paths = sys.argv[1:]
    curves = [(os.path.splitext(os.path.basename(path))[0], read(path, column.split("+"))) for path in paths]
    points = [point for _, curve in curves for point in curve]
    low = math.floor(math.log10(min(x for x, _ in points)))
    high = math.ceil(math.log10(max(x for x, _ in points)))
    distance = step(max(y for _, y in points))
    top = distance * math.ceil(max(y for _, y in points) / distance)

    def place(x, y):
        return (
            LEFT + (math.log10(x) - low) / (high - low) * (WIDTH - LEFT - RIGHT),
            HEIGHT - BOTTOM - y / top * (HEIGHT - TOP - BOTTOM),
        )

    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
          'font-size="12">')
    print(f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>')
    print(f'<text x="{LEFT}" y="20" font-size="14">{title}, {unit}</text>')
    for i in range(round(top / distance) + 1):
        x, y = place(10**low, i * distance)
        print(f'<path d="M{x:.0f} {y:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        print(f'<text x="{x - 6:.0f}" y="{y + 4:.1f}" text-anchor="end">{number(i * distance)}</text>')
    for power in range(low, high + 1):
        x, y = place(10**power, 0)
        print(f'<text x="{x:.1f}" y="{y + 18:.0f}" text-anchor="middle">{number(10 ** power)}</text>')
    print(f'<text x="{WIDTH / 2:.0f}" y="{HEIGHT - 8}" text-anchor="middle">pages recorded</text>')
    for i, (name, curve) in enumerate(curves):
        colour = COLOURS[i % len(COLOURS)]
        path = "L".join("%.1f %.1f" % place(x, y) for x, y in curve)
        print(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        print(f'<text x="{WIDTH - RIGHT - 4}" y="{TOP + 14 * i}" text-anchor="end" fill="{colour}">{name}</text>')
    print("</svg>")


main()
