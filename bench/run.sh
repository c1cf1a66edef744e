#!/bin/sh
# run.sh - what a crawl costs, beside other crawlers, on the same pages in turn.
#
#   run.sh [-f] [-r] [-n ROUNDS] [-s SITE]... CRAWL MEASURE > RESULTS.md
#
# CRAWL and MEASURE are the programs (`make bench` passes them). Each round runs every crawler that is installed once,
# so that what the machine does besides falls on all; wget is run in three rounds at most, httrack and scrapy in one and
# only on "small", and ended after some minutes. Pages are counted in the server's log, CPU and memory by the kernel.
# Prints a table of medians in Markdown. The sites are those of corpus.sh, as far as they are installed, and "simsite":
# 20,000 made-up pages of 8 KB, if $CRAWL_SHARED/bench/simsite is there (CRAWL_SHARED is ../shared beside the source if
# not set). With -f only the fast ones run: crawl and wget2. With -r server and crawlers run before all else (chrt -f,
# as root): for a machine that is busy with other things.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
rounds=5
slow=true
first=
sites=
while getopts frn:s: option; do
    case $option in
    f) slow=false ;;
    r) first="chrt -f 1" ;;
    n) rounds=$OPTARG ;;
    s) sites="$sites $OPTARG" ;;
    *) exit 2 ;;
    esac
done
shift $((OPTIND - 1))
[ $# = 2 ] || {
    sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p;}' "$0"
    exit 2
}
crawl=$(realpath "$1")
measure=$(realpath "$2")
sites=${sites:-small all simsite}

dir=$(mktemp -d)
chmod a+rx "$dir" # for nginx, whose worker is nobody if root starts it
trap 'stop_simsite; sh "$here/corpus.sh" stop "$dir/server" || true; rm -rf "$dir"' EXIT
trap 'exit 1' INT TERM
# shellcheck disable=SC2086
$first sh "$here/corpus.sh" start "$dir/server" > "$dir/sites"
log=$dir/server/access.log

# The made-up site counts by itself: a new one for each run.
start_simsite() {
    : > "$dir/counters"
    # shellcheck disable=SC2086
    $first "$dir/simsite" --pages 20000 --size 8 --port "$simsite_port" > "$dir/counters" 2>&1 &
    echo $! > "$dir/simsite.pid"
    until grep -q ' pages on ' "$dir/counters"; do # which it says when it listens
        kill -0 "$(cat "$dir/simsite.pid")" 2> /dev/null || return 1
        sleep 0.1
    done
}

stop_simsite() {
    [ -f "$dir/simsite.pid" ] || return 0
    kill "$(cat "$dir/simsite.pid")" 2> /dev/null || true
    rm -f "$dir/simsite.pid"
}

simsite_port=
source=${CRAWL_SHARED:-$here/../../shared}/bench/simsite/simsite.c
case $sites in
*simsite*)
    if [ -r "$source" ]; then
        cc -O2 -o "$dir/simsite" "$source" -lm
        for simsite_port in 18087 18187 18287 18387 ''; do
            [ -n "$simsite_port" ] && start_simsite && break
        done
        stop_simsite
    fi
    if [ -n "$simsite_port" ]; then
        echo "simsite http://127.0.0.1:$simsite_port/" >> "$dir/sites"
    else
        echo "run.sh: simsite is left out: there is no $source, or no free port" >&2
    fi
    ;;
esac
wanted=$sites
sites=
for site in $wanted; do
    ! grep -q "^$site " "$dir/sites" || sites="$sites $site"
done
[ -n "$sites" ] || {
    echo "run.sh: there is nothing to crawl: corpus.sh names the packages" >&2
    exit 1
}

# name | program it needs | most rounds | sites | compared with | command, with URL for the start page
# Each follows the links of one host that lead to pages, obeys robots.txt and pauses nowhere.
crawlers="crawl --links=all, 1 connection|$crawl|99|small all simsite|wget2, 1 thread|$crawl -q --links=all --host-concurrency=1 -o x.db URL
wget2, 1 thread|wget2|99|small all simsite|wget2, 1 thread|wget2 -q -r -l inf --max-threads=1 --delete-after URL
crawl --links=none, 1 connection|$crawl|99|small all simsite|wget2, 1 thread|$crawl -q --links=none --host-concurrency=1 -o x.db URL
crawl --links=all, 8 connections|$crawl|99|small all simsite|wget2, 1 thread|$crawl -q --links=all --host-concurrency=8 -o x.db URL
wget2, 8 threads|wget2|99|small all simsite|wget2, 1 thread|wget2 -q -r -l inf --max-threads=8 --delete-after URL
crawl --links=none, 8 connections|$crawl|99|small all simsite|wget2, 1 thread|$crawl -q --links=none --host-concurrency=8 -o x.db URL
crawl, defaults|$crawl|99|small all simsite|wget2, 1 thread|$crawl -q -o x.db URL
wget|wget|3|small|wget2, 1 thread|wget -q -r -l inf --delete-after URL
httrack, 8 connections|httrack|1|small|wget2, 1 thread|timeout 120 httrack URL -O . --disable-security-limits -c8 -%c0 -A0 -q
scrapy, 8 requests|scrapy|1|small|wget2, 1 thread|timeout 240 scrapy runspider $here/spider.py -a url=URL -o x.jl"

# One run: a line "site|name|pages|twice|cpu s|wall s|MB".
run() { # site, URL, name, command
    rm -rf "$dir/work"
    mkdir "$dir/work"
    : > "$log"
    [ "$1" != simsite ] || start_simsite || return 0
    command=$(echo "$4" | sed "s|URL|$2|")
    # shellcheck disable=SC2086
    cost=$(cd "$dir/work" && $first "$measure" $command) || {
        stop_simsite
        echo "left out: $3 cannot be run" >&2
        return 0
    }
    sleep 1.5 # nginx writes its log each second
    if [ "$1" = simsite ]; then
        stop_simsite
        until grep -q unique_pages "$dir/counters"; do sleep 0.1; done
        sed -n "s/.*\"unique_pages\":\([0-9]*\),\"repeated_pages\":\([0-9]*\).*/$1|$3|\1|\2|$(echo "$cost" | tr ' ' '|')/p" \
            "$dir/counters" >> "$dir/costs"
        return 0
    fi
    awk -v site="$1" -v name="$3" -v cost="$cost" '
        $1 == 200 && $2 ~ /html/ { if (seen[$NF]++) twice++; else pages++ }
        END { split(cost, c, " "); printf "%s|%s|%d|%d|%s|%s|%s\n", site, name, pages, twice, c[1], c[2], c[3] }
    ' "$log" >> "$dir/costs"
}

version() {
    case $1 in
    httrack) httrack --version | sed 's/.*version //' ;;
    scrapy) scrapy version | sed 's/Scrapy //' ;;
    wget | wget2) $1 --version | awk 'NR == 1 { print $3 }' ;;
    *) "$1" --version | awk 'NR == 1 { print $2 }' ;;
    esac
}

round=1
while [ $round -le "$rounds" ]; do
    while read -r site url; do
        case " $sites " in *" $site "*) ;; *) continue ;; esac
        echo "$crawlers" | while IFS='|' read -r name program most where _ command; do
            case " $where " in *" $site "*) ;; *) continue ;; esac
            [ "$most" = 99 ] || $slow || continue
            [ $round -le "$most" ] || continue
            command -v "$program" > /dev/null || continue
            echo "round $round, $site: $name" >&2
            run "$site" "$url" "$name" "$command" < /dev/null
        done
    done < "$dir/sites"
    round=$((round + 1))
done

cat << END
# What a crawl costs

Made by \`make bench\` (bench/run.sh) on $(date -u +%Y-%m-%d): the documentation that Debian's packages put into
/usr/share/doc, served by nginx on loopback, and made-up pages (simsite); every crawler in turn, $rounds rounds,
medians. A page is an HTML page answered with 200, counted by the server. CPU is user and system time of the whole
process as the kernel counts it; the ratio is that of CPU a page to wget2 with one thread.${first:+ Server and crawlers ran before all else (-r).}

- Machine: $(nproc) x $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(awk '/MemTotal/ { printf "%.0f GB", $2 / 1e6 }' /proc/meminfo), Linux $(uname -r), $(sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' /etc/os-release)
- Versions:$(for program in "$crawl" wget2 wget httrack scrapy; do
    command -v "$program" > /dev/null && printf ' %s %s,' "$(basename "$program")" "$(version "$program" 2> /dev/null)"
done | sed 's/,$//')
END

for site in $sites; do
    printf '\n## %s\n\n' "$site"
    echo '| crawler | pages | asked twice | CPU ms a page | ratio | wall s | peak MB | runs |'
    echo '|---|--:|--:|--:|--:|--:|--:|--:|'
    echo "$crawlers" | awk -F'|' -v site="$site" -v costs="$dir/costs" '
        function median(what, name,    n, i, j, t, a) {
            n = count[name]
            for (i = 1; i <= n; i++) a[i] = value[name, what, i] + 0
            for (i = 2; i <= n; i++)
                for (j = i; j > 1 && a[j - 1] > a[j]; j--) { t = a[j]; a[j] = a[j - 1]; a[j - 1] = t }
            return n % 2 ? a[(n + 1) / 2] : (a[n / 2] + a[n / 2 + 1]) / 2
        }
        BEGIN {
            while ((getline line < costs) > 0) {
                split(line, f, "|")
                if (f[1] != site) continue
                n = ++count[f[2]]
                value[f[2], "pages", n] = f[3]
                value[f[2], "twice", n] = f[4]
                value[f[2], "cpu", n] = f[3] > 0 ? f[5] * 1000 / f[3] : 0
                value[f[2], "wall", n] = f[6]
                value[f[2], "peak", n] = f[7]
            }
        }
        count[$1] {
            base = count[$5] ? median("cpu", $5) : 0
            ratio = base > 0 ? sprintf("%.2f", median("cpu", $1) / base) : "-"
            printf "| %s | %d | %d | %.3f | %s | %.2f | %.0f | %d |\n", $1, median("pages", $1), median("twice", $1),
                median("cpu", $1), ratio, median("wall", $1), median("peak", $1), count[$1]
        }'
done
