#!/bin/sh
# What crawl finds on pages of documentation is what a browser finds there. Skipped without Chromium, Python or
# such pages. BROWSER_DIRECTORIES: where the pages are; BROWSER_PAGES: how many to compare.
: "${top_builddir:=.}" "${srcdir:=.}"

python3 -c pass 2>/dev/null || { echo "skipped: no python3"; exit 77; }
# shellcheck disable=SC2086
exec python3 "$srcdir/tests/browser/browser_check.py" "$top_builddir/tests/browser/page_facts" \
    -n "${BROWSER_PAGES:-200}" ${BROWSER_DIRECTORIES:-/usr/share/doc}
