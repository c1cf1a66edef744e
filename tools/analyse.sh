#!/bin/sh
# Looks for faults in src/ without running it: gcc's analyzer, cppcheck, clang-tidy, as far as they are installed.
#     analyse.sh TOP FLAGS...        FLAGS as for the compiler; in a build directory, for what is made there
# Prints what they find; status 1 if that is anything. ONLY=gcc, cppcheck or clang-tidy: just that one.
set -u

top=$1
shift
found=0
files="$top/src/*.c"

wants() { # name
    [ "${ONLY:-$1}" = "$1" ] || return 1
    command -v "$1" >/dev/null 2>&1 && return 0
    echo "$1 is not installed: left out" >&2
    return 1
}

# What stands in "$@" comes out of Makefile.am: no word of it has a blank.
if wants gcc; then
    for file in $files; do
        said=$(gcc -std=c11 "$@" -O1 -fanalyzer -c "$file" -o /dev/null 2>&1)
        [ -z "$said" ] || { printf '%s\n' "$said" && found=1; }
    done
fi

# No suppressions: what it took wrongly could be written more plainly each time. The headers of libraries are not read,
# so types of theirs are unknown to it; that it says so is no fault.
if wants cppcheck; then
    # shellcheck disable=SC2086 # a pattern of files
    cppcheck --quiet --std=c11 --enable=warning,portability,performance --suppress=missingInclude \
        --error-exitcode=1 "$@" $files || found=1
fi

# Which checks and why: .clang-tidy
if wants clang-tidy; then
    # One by one: version 14 mixes up what it knows of several.
    for file in $files; do
        clang-tidy --quiet --config-file="$top/.clang-tidy" "$file" -- -std=c11 "$@" 2>/dev/null || found=1
    done
fi
exit $found
