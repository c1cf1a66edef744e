#!/bin/sh
# Whole crawls under valgrind's memcheck: no error, no leak, and nothing suppressed. Half a minute of one processor: so
# only where asked for, by `make valgrind` or in continuous integration.
set -u
program=${top_builddir:-.}/tests/crawl_test

skip() {
    echo "[  SKIPPED ] whole_crawls_neither_leak_nor_err: $*"
    exit 77
}

[ -n "${CI:-}${VALGRIND:-}" ] || skip "takes long; make valgrind runs it"
command -v valgrind >/dev/null 2>&1 || skip "valgrind is not installed"
[ -x "$program" ] || skip "tests/crawl_test was not built"
# A sanitizer's own memory is not valgrind's to watch.
grep -q -e __asan_init -e __tsan_init "$program" && skip "this is a build with a sanitizer"

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
log=$work/log

# What one compiler writes for debuggers another release's valgrind gives up on (clang's DWARF 5 and valgrind 3.19): then
# it is given the program without, and an error is told without its line.
if ! valgrind -q "${top_builddir:-.}/crawl" --version >"$log" 2>&1 && grep -q "debuginfo reader" "$log"; then
    strip -g -o "$work/crawl_test" "$program" || skip "valgrind cannot read this compiler's debug information"
    program=$work/crawl_test
fi

if valgrind -q --fair-sched=yes --leak-check=full --show-leak-kinds=definite,indirect,possible \
    --errors-for-leak-kinds=definite,indirect,possible --error-exitcode=99 "$program" >"$log" 2>&1; then
    echo "[       OK ] whole_crawls_neither_leak_nor_err"
else
    cat "$log"
    echo "[  FAILED  ] whole_crawls_neither_leak_nor_err"
    exit 1
fi
