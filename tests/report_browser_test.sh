#!/bin/sh
# A report does in a real browser what it promises. Skipped without Chromium or Python. CHROMIUM: the browser.
: "${top_builddir:=.}" "${srcdir:=.}"

python3 -c pass 2>/dev/null || { echo "skipped: no python3"; exit 77; }
for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
    browser=$(command -v "$name" 2>/dev/null) && [ -n "$browser" ] && break
done
[ -n "$browser" ] || { echo "skipped: no Chromium"; exit 77; }

page=$(mktemp "${TMPDIR:-/tmp}/report_browser.XXXXXX") || exit 1
trap 'rm -f "$page" "$page.html"' EXIT
"$top_builddir/tests/browser/report_page" >"$page.html" || exit 1
python3 "$srcdir/tests/browser/report_check.py" "$browser" "$page.html"
