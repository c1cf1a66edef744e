#!/bin/sh
# parts.sh - what each part of a crawl costs, as a section of RESULTS.md.
#
#   parts.sh     in the build directory, with the programs of bench/ made (`make bench` does that)
#
# What waits (bench/waiting.sh, overlap.sh) is only run where simsite.c is there, see site.sh.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' INT TERM

part() { # title, words, command
    printf '\n### %s\n\n%s\n\n' "$1" "$2"
    shift 2
    echo "$*" | sed "s|$here/||g; s|$dir/||g; s/^/    \$ /"
    echo
    "$@" 2>&1 | sed "s|$dir/||g; s/^/    /; s/ *$//"
}

printf '\n## Parts\n\nCPU time but where it says otherwise, one after the other on the same machine.\n'
part 'Resolving a link' 'Beside libcurl.' bench/url_bench
html=
for tree in /usr/share/doc/python3.[0-9]*[0-9]/html /usr/share/doc/postgresql-doc-*/html /usr/share/doc/apache2-doc/manual; do
    [ ! -d "$tree" ] || [ -h "$tree" ] || html="$html $tree"
done
# shellcheck disable=SC2086
[ -z "$html" ] || part 'Reading a page' "Beside libxml2's own HTML parser, which finds less." bench/html_bench $html
part 'Parsers' 'Wall time, and of parsing alone.' bench/parsers_bench
part 'Hand-overs' 'Of one item, both sides together.' bench/queue_bench
part 'The frontier' 'A URL told at the start of a run, taken, a known link offered, a new one.' bench/frontier_bench
part 'Recording with links' '100 links a page, 4 new URLs.' bench/store_bench -p 50000 -l 100 -u 4 "$dir/with.db"
part 'Recording with next to none' '4 links a page, all new.' bench/store_bench -p 50000 -l 4 -u 4 "$dir/without.db"
part 'Politeness: rules' 'What a rule allows and what is reached, from the first request behind the front page on, judged by when the kernel
of the server had each request; answers take the time shown. None may come before its rest is over.' bench/polite_bench rules ./crawl
part 'Politeness: hosts that hang' '1,000 hosts, each asked once in two seconds, and the same with 100 more that accept and never answer.' \
    bench/polite_bench hosts ./crawl
for waits in overlap waiting; do
    ! sh "$here/$waits.sh" > "$dir/$waits" 2> /dev/null || part "Wall time: $waits.sh" '' cat "$dir/$waits"
done
