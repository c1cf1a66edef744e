#!/bin/sh
# A long crawl of a web with faults (bench/soak_site.c), watched from outside: memory, descriptors and threads have to stay
# what they are after the first tenth, but for the 16 bytes that each known URL may cost, and nothing may be missing.
#
# usage: bench/soak.sh [PAGES [HOSTS]]     in the build folder; writes soak.tsv: seconds, pages, KB, descriptors, threads
set -u
pages=${1:-2000000}
hosts=${2:-400}
crawl=${CRAWL:-./crawl}
site=${SOAK_SITE:-bench/soak_site}
every=${EVERY:-5}
dir=$(mktemp -d) || exit 1
table=${TABLE:-soak.tsv}

"$site" "$pages" "$hosts" >"$dir/site" &
site_pid=$!
crawl_pid=
trap 'kill $site_pid $crawl_pid 2>/dev/null; rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
while ! grep -q ready "$dir/site"; do sleep 0.1; done
seed=$(sed -n 's/^ready //p' "$dir/site")

# shellcheck disable=SC2086 # options are words
"$crawl" --config=none --progress=none -o "$dir/soak.db" --span-hosts --allow-private --no-sitemaps --scope=any \
    --first-byte-timeout=1s --tries=5 --waitretry=1s ${SOAK_OPTIONS-} "$seed" 2>"$dir/said" &
crawl_pid=$!
: >"$table"
began=$(date +%s)
while kill -0 $crawl_pid 2>/dev/null; do
    sleep "$every"
    memory=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' /proc/$crawl_pid/status 2>/dev/null)
    threads=$(sed -n 's/^Threads:[^0-9]*//p' /proc/$crawl_pid/status 2>/dev/null)
    # Sockets come and go with hosts: what is counted is the most of them, and files.
    files=$(find /proc/$crawl_pid/fd -mindepth 1 2>/dev/null | wc -l)
    done_pages=$(sqlite3 -readonly -cmd '.timeout 1000' "$dir/soak.db" 'SELECT max(id) FROM page' 2>/dev/null)
    [ -n "$memory" ] && printf '%d\t%d\t%d\t%d\t%d\n' $(($(date +%s) - began)) "${done_pages:-0}" "$memory" "$files" "$threads" \
        >>"$table"
done
wait $crawl_pid
status=$?
crawl_pid=
kill $site_pid
wait $site_pid 2>/dev/null
cat "$dir/said"
echo "exit $status; site: $(tail -n 1 "$dir/site")"
ok=$(sqlite3 "$dir/soak.db" "SELECT count(*) FROM pages WHERE outcome = 'ok' AND title = 'Page ' || substr(url, instr(url, '/p/') + 3) || ' of the soak'")
other=$(sqlite3 "$dir/soak.db" "SELECT outcome, count(*) FROM pages WHERE outcome <> 'ok' GROUP BY 1")
whole=$(sqlite3 "$dir/soak.db" 'PRAGMA integrity_check')
echo "$ok of $pages pages with their own titles; others: ${other:-none}; integrity: $whole"
awk -v pages="$pages" -v ok="$ok" -v status="$status" -v whole="$whole" '
    $2 >= pages / 10 && $5 > 1 {
        if (first == 0) { first = $3; at = $2; threads = $5 }
        if ($3 > most) most = $3
        if ($4 > files) files = $4
        if ($5 != threads) changed++
        last = $3
    }
    END {
        allowed = first * 1.05 + (pages - at) * 16 / 1024
        printf "memory: %d KB after a tenth, at most %d KB then (allowed: %d), %d KB at the end; at most %d descriptors; %d threads%s\n",
            first, most, allowed, last, files, threads, changed ? ", and not always" : ""
        bad = most > allowed || changed || ok != pages || status != 0 || whole != "ok"
        print bad ? "FAILED" : "sound"
        exit bad
    }' "$table"
