#!/bin/sh
# parsers.sh - do two parsers do twice the work of one? Large pages with many links, so that fetching is not the limit.
#
#   parsers.sh [ROUNDS]     in the build directory; prints the medians' ratio; at least 1.85 is meant
#
# Needs two cores that do nothing else, but what the server and the fetcher take.
# shellcheck disable=SC1091,SC2154
. "$(dirname "$0")/site.sh"

rounds=${1:-3}
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
done | awk '{ a[NR] = $1 } END { printf "two parsers are %.2f times as fast as one\n", a[1] / a[2] }'
