#!/bin/sh
# overlap.sh - does waiting overlap? n transfers to a server that takes 100 ms for each answer, against one.
#
#   overlap.sh [PAGES_A_TRANSFER]     in the build directory; prints n, pages a second, and their ratio to n times one
#
# At least 0.95 is meant, up to 64.
# shellcheck disable=SC1091,SC2154
. "$(dirname "$0")/site.sh"

each=${1:-40}
start_site --pages 1000000 --latency 100 --size 2 --no-sitemap
echo "transfers  pages/s  ratio"
for n in 1 2 4 8 16 32 64; do
    # Twice as long a crawl less the shorter one: without the start, when there is but one page to ask for.
    count=$((each * n))
    crawl_site --threads=2 --transfers="$n" --host-concurrency="$n" --max-pages=$((count + 40))
    short=$wall
    crawl_site --threads=2 --transfers="$n" --host-concurrency="$n" --max-pages=$((3 * count + 40))
    speed=$(calculate "2 * $count / ($wall - $short)")
    [ "$n" -gt 1 ] || one=$speed
    echo "$n $speed $(calculate "$speed / ($n * $one)")" | awk '{ printf "%9d %8.1f %6.2f\n", $1, $2, $3 }'
done
