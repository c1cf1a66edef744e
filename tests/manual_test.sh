#!/bin/sh
# The manual is sound mdoc, and the shell scripts are sound shell.
set -u
top=${srcdir:-.}
failed=0

check() { # name, command...
    name=$1
    shift
    if ! command -v "$1" >/dev/null 2>&1; then
        echo "[  SKIPPED ] $name: $1 is not installed"
        return
    fi
    # What manuals the machine has is no matter of ours.
    findings=$("$@" 2>&1 | grep -v "outdated mandoc.db")
    if [ -z "$findings" ]; then
        echo "[       OK ] $name"
    else
        echo "$findings"
        echo "[  FAILED  ] $name"
        failed=1
    fi
}

check mandoc_finds_nothing_to_say_about_the_manual mandoc -Tlint "$top/doc/crawl.1"
check shellcheck_finds_nothing_to_say_about_the_scripts shellcheck "$top/run" "$top/.ci/run" "$top"/tests/*.sh \
    "$top/packaging/debian/tests/loopback"
exit $failed
