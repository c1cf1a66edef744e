#!/bin/sh
# parsers.sh - do two parsers do twice the work of one?
#
#   parsers.sh [ROUNDS]     in the build directory; prints the ratios; at least 1.85 is meant where fetching is no limit
#
# First parsing alone (bench/parsers_bench), beside what the machine can do at most: two processes that share nothing.
# Then whole crawls of large pages with many links, where server, fetcher and writer take a part of the same two cores.
# Needs two cores that do nothing else.
# shellcheck disable=SC1091,SC2154
. "$(dirname "$0")/site.sh"

rounds=${1:-3}
[ ! -x "$build/bench/parsers_bench" ] || "$build/bench/parsers_bench" "$rounds"
start_site --pages 3000 --size 300 --links 2000 --no-sitemap
: > "$work/walls"
for round in $(seq "$rounds"); do
    for n in 1 2; do
        crawl_site --links=none --parsers="$n" --threads=1
        echo "$n $wall $cpu $pages" >> "$work/walls"
        echo "round $round, parsers $n: $pages pages, $wall s, CPU $cpu s"
    done
done
for n in 1 2; do
    awk -v n="$n" '$1 == n { print $2 }' "$work/walls" | sort -n | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }'
done | awk '{ a[NR] = $1 } END { printf "a crawl with two parsers is %.2f times as fast as with one\n", a[1] / a[2] }'
