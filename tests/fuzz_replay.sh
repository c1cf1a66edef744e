#!/bin/sh
# Each fuzz target goes through the inputs kept for it: tests/fuzz/NAME/ is for
# tests/fuzz/NAME_fuzz. What fuzzing finds is put there, so that it stays fixed.
set -u
sources=${srcdir:-.}
programs=${top_builddir:-.}/tests/fuzz
failed=0
for inputs in "$sources"/tests/fuzz/*/; do
    name=$(basename "$inputs")
    if [ ! -x "$programs/${name}_fuzz" ]; then
        echo "fuzz_replay: skipped: ${name}_fuzz was not built"
        exit 77
    fi
    "$programs/${name}_fuzz" "$inputs" || {
        echo "fuzz_replay: ${name}_fuzz fails on an input of $inputs"
        failed=1
    }
done
exit $failed
