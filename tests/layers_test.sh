#!/bin/sh
# A file of src/ includes only what stands before it in src/layers, or its own header; and every file stands there.
set -u
top=${srcdir:-.}

if [ ! -f "$top/src/layers" ]; then
    echo "[  FAILED  ] src/layers is not there"
    exit 1
fi

findings=$(cd "$top" && awk '
    function name_of(path) {
        sub(/^.*\//, "", path)
        sub(/\.[a-z]+$/, "", path)
        return path
    }
    FILENAME == "src/layers" {
        count++
        for (i = 1; /^[a-z]/ && i <= NF; i++)
            place[$i] = count
        next
    }
    FNR == 1 {
        here = name_of(FILENAME)
        if (!(here in place))
            print FILENAME ": \"" here "\" is not in src/layers"
    }
    /^[ \t]*#[ \t]*include[ \t]*"/ {
        split($0, part, "\"")
        there = name_of(part[2])
        if (part[2] ~ /\.inc$/) # made by the build
            next
        if (!(there in place))
            print FILENAME ":" FNR ": \"" there "\" is not in src/layers"
        else if (here in place && place[there] > place[here])
            print FILENAME ":" FNR ": includes " part[2] ", which stands after " here " in src/layers"
    }
' src/layers src/*.h src/*.c)

if [ -n "$findings" ]; then
    echo "$findings"
    echo "[  FAILED  ] a_file_includes_only_what_stands_before_it"
    exit 1
fi
echo "[       OK ] a_file_includes_only_what_stands_before_it"
