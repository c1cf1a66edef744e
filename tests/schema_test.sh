#!/bin/sh
# doc/schema.md against a real crawl of the demo site: its views have the columns it says, its queries give what it
# shows, and other programs read the file as well.
set -u
top=${srcdir:-.}
build=${top_builddir:-.}
dir=$(mktemp -d) || exit 1
site=
trap '[ -n "$site" ] && kill "$site" 2>/dev/null; rm -rf "$dir"' EXIT
failed=0

ok() { echo "[       OK ] $1"; }
no() {
    echo "[  FAILED  ] $1"
    failed=1
}
skip() { echo "[  SKIPPED ] $1: $2 is not here"; }

url="" port="" # set by what follows
# shellcheck source=/dev/null
. "$top/tests/demo_site.sh"
db=$dir/crawl.db
if ! "$build/crawl" -q --config=none --host-concurrency=64 --transfers=100 -o "$db" "$url" >"$dir/said" 2>&1; then
    cat "$dir/said"
    echo "[  FAILED  ] the demo site cannot be crawled"
    exit 1
fi
kill "$site"
site=

ask() { # how, SQL
    "$build/crawl" sql --config=none -d "$db" "--format=$1" "$2"
}

# ---- The views that the page names, with their columns: more may follow.
awk '
    /^\*\*/ { view = $1; gsub(/\*/, "", view); next }
    /^## Questions/ { exit }
    view != "" && /^    / { columns[view] = columns[view] substr($0, 4) }
    END { for (v in columns) print v columns[v] }
' "$top/doc/schema.md" >"$dir/views"
count=0
while read -r view columns; do
    count=$((count + 1))
    have=$(ask tsv "SELECT group_concat(name, ' ') FROM pragma_table_info('$view')" | sed 1d)
    case "$have " in
    "$columns "*) ;;
    *)
        no "the view $view has the columns of doc/schema.md"
        printf '    wanted: %s\n    has:    %s\n' "$columns" "$have"
        ;;
    esac
done <"$dir/views"
if [ $count -ge 15 ]; then ok "the_views_have_the_columns_that_are_promised ($count views)"; else no "doc/schema.md names views"; fi

for view in $(ask tsv "SELECT name FROM sqlite_schema WHERE type = 'view'" | sed 1d); do
    case $view in
    bad_links | inbound_links) ;; # parts of others
    *) grep -q "^$view " "$dir/views" || no "doc/schema.md names the view $view" ;;
    esac
done

# ---- The queries, each with the answer shown behind it.
awk -v dir="$dir" '
    /^### / { name = $0; sub(/^### /, "", name); number++; base = dir "/q" number; print name >(base ".name"); next }
    /^```sql$/ { out = base ".sql"; next }
    /^```$/ && out != "" { close(out); out = ""; next }
    /^```$/ && out == "" { out = base ".want"; next }
    out != "" { print >out }
' "$top/doc/schema.md"

# Columns are as wide as the longest port: blanks and dashes are compared as one.
plain() { sed -e "s/127\.0\.0\.1:$port/127.0.0.1:8642/g" -e 's/  */ /g' -e 's/--*/-/g' -e 's/ $//'; }

count=0
for query in "$dir"/q*.sql; do
    name=$(cat "${query%.sql}.name")
    count=$((count + 1))
    if ! ask table "$(cat "$query")" >"$dir/got" 2>"$dir/said"; then
        no "$name"
        sed 's/^/    /' "$dir/said"
    elif [ -f "${query%.sql}.want" ]; then
        plain <"$dir/got" >"$dir/got.plain"
        plain <"${query%.sql}.want" >"$dir/want.plain"
        if ! cmp -s "$dir/got.plain" "$dir/want.plain"; then
            no "$name"
            diff "$dir/want.plain" "$dir/got.plain" | sed 's/^/    /'
        fi
    fi
done
if [ $count -ge 20 ]; then ok "the_queries_give_what_is_shown ($count queries)"; else no "doc/schema.md has twenty queries"; fi

# ---- Other programs.
views=$(cut -d' ' -f1 "$dir/views")

if command -v sqlite3 >/dev/null 2>&1; then
    for query in "$dir"/q*.sql; do
        sqlite3 -readonly "$db" "$(cat "$query");" >/dev/null 2>"$dir/said" ||
            no "sqlite3: $(cat "${query%.sql}.name"): $(cat "$dir/said")"
    done
    if [ "$(sqlite3 -readonly "$db" 'PRAGMA integrity_check; PRAGMA application_id' | tr '\n' ' ')" = "ok 1668446060 " ]; then
        ok "sqlite3_reads_it"
    else
        no "sqlite3_reads_it"
    fi
else
    skip "sqlite3_reads_it" sqlite3
fi

if command -v python3 >/dev/null 2>&1 && python3 -c 'import sqlite3' 2>/dev/null; then
    # shellcheck disable=SC2086 # one word a view
    if python3 - "$db" $views <<'END'; then
import sqlite3, sys
db = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True)
for view in sys.argv[2:]:
    for row in db.execute("SELECT * FROM " + view + " LIMIT 100"):
        assert all(value is None or isinstance(value, (int, float, str)) for value in row), (view, row)
assert db.execute("SELECT count(*) FROM page_fts WHERE page_fts MATCH 'wind'").fetchone()[0] > 0
END
        ok "python_reads_it"
    else
        no "python_reads_it"
    fi
else
    skip "python_reads_it" "python3 with sqlite3"
fi

if command -v sqlite-utils >/dev/null 2>&1; then
    if sqlite-utils search "$db" page wind --limit 1 2>"$dir/said" | grep -q '"title"' &&
        sqlite-utils views "$db" --csv | grep -q '^pages' &&
        sqlite-utils rows "$db" pages --limit 1 | grep -q '"url"' &&
        sqlite-utils tables "$db" --counts | grep -q '"page"'; then
        ok "sqlite_utils_reads_and_searches_it"
    else
        no "sqlite_utils_reads_and_searches_it"
        cat "$dir/said"
    fi
else
    skip "sqlite_utils_reads_and_searches_it" sqlite-utils
fi

exit $failed
