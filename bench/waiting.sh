#!/bin/sh
# waiting.sh - is the wall time of a crawl that only waits latency x pages / connections?
#
#   waiting.sh     in the build directory; prints for each case seconds, those expected, and the ratio; 1.1 at most is meant
#
# The last case is an idle crawl: its CPU as a part of one core, 1 % at most is meant.
# shellcheck disable=SC1091,SC2154
. "$(dirname "$0")/site.sh"

# pages, hosts, latency ms, jitter ms, connections
try() {
    start_site --pages "$1" --hosts "$2" --latency "$3" --jitter "$4" --size 2 --no-sitemap
    crawl_site --span-hosts --allow-private --threads=8 --transfers="$5" --host-concurrency=$(($5 / $2 + ($5 % $2 > 0)))
    expected=$(calculate "($3 + $4 / 2) / 1000 * $pages / $5")
    echo "$1 pages, $2 hosts, $3+$4 ms, $5 connections: $pages recorded in $wall s, $expected s expected: $(calculate "$wall / $expected"); CPU $cpu s, $peak MB"
}

try 2000 1 50 0 8
try 2000 1 200 0 32
try 5000 1 50 100 32
start_site --pages 20 --latency 1000 --no-sitemap
crawl_site --host-concurrency=1
echo "idle: CPU $cpu s in $wall s: $(calculate "100 * $cpu / $wall") % of a core"
