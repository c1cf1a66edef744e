#!/usr/bin/env python3
"""Sums what the tests ran, by the layers of src/layers.

    coverage.py LAYERS BUILD [-v]

BUILD was made with ./configure --enable-coverage CFLAGS=-O0 and has run make check. Needs gcovr. Prints lines and
branches of each layer; with -v of each file, worst first. Ends with status 1 if the layers `web` and `work` are below
90 % of lines or 80 % of branches.
"""
import json
import os
import subprocess
import sys

WANTED = {"web": (90.0, 80.0), "work": (90.0, 80.0)}


def read_layers(path):
    """The layer of each module, and the layers in order."""
    layer_of, order, layer = {}, [], None
    with open(path, encoding="utf-8") as file:
        for line in file:
            words = line.split()
            heading = line[2:].split(":")[0].split() if line.startswith("# ") else []
            if len(heading) == 1:
                layer = heading[0]
                order.append(layer)
            elif words and not line.startswith("#"):
                for word in words:
                    layer_of[word] = layer
    return layer_of, order


def measure(top, build):
    """Of each file: lines run, lines, branches taken, branches."""
    command = ["gcovr", "--root", top, "--filter", os.path.join(top, "src") + "/", "--exclude-unreachable-branches",
               "--json", "-", build]
    data = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    for file in data["files"]:
        lines = [line for line in file["lines"] if not line.get("gcovr/noncode")]
        branches = [branch for line in lines for branch in line["branches"]]
        yield file["file"], (sum(line["count"] > 0 for line in lines), len(lines),
                             sum(branch["count"] > 0 for branch in branches), len(branches))


def percent(part, whole):
    return 100.0 * part / whole if whole else 100.0


def main():
    layers, build = sys.argv[1:3]
    layer_of, order = read_layers(layers)
    sums = {layer: [0, 0, 0, 0] for layer in order}
    files = []
    top = os.path.dirname(os.path.dirname(os.path.abspath(layers)))
    for name, counts in measure(top, build):
        module = os.path.basename(name).split(".")[0]
        if module in layer_of:
            files.append((percent(*counts[2:]), name, counts))
            sums[layer_of[module]] = [a + b for a, b in zip(sums[layer_of[module]], counts)]
    if "-v" in sys.argv:
        for _, name, counts in sorted(files):
            print(f"{name:32} lines {percent(*counts[:2]):5.1f} %  branches {percent(*counts[2:]):5.1f} %")
    good = True
    for layer in order:
        counts = sums[layer]
        lines, branches = percent(*counts[:2]), percent(*counts[2:])
        print(f"{layer:10} lines {lines:5.1f} % ({counts[0]} of {counts[1]})"
              f"  branches {branches:5.1f} % ({counts[2]} of {counts[3]})")
        if layer in WANTED and (lines < WANTED[layer][0] or branches < WANTED[layer][1]):
            print(f"{layer}: less than {WANTED[layer][0]:.0f} % of lines or {WANTED[layer][1]:.0f} % of branches")
            good = False
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
