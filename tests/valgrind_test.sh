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

log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
if valgrind -q --fair-sched=yes --leak-check=full --show-leak-kinds=definite,indirect,possible \
    --errors-for-leak-kinds=definite,indirect,possible --error-exitcode=99 "$program" >"$log" 2>&1; then
    echo "[       OK ] whole_crawls_neither_leak_nor_err"
else
    cat "$log"
    echo "[  FAILED  ] whole_crawls_neither_leak_nor_err"
    exit 1
fi
