#!/bin/sh
# The program against the hostile servers of tests/hostile, over HTTP/1.1 and HTTP/2, all in one process: each must come to
# an outcome that fits, in bounded time, bytes and memory.
set -u
crawl=$(cd "${top_builddir:-.}" && pwd)/crawl
here=$(cd "$(dirname "$0")" && pwd)/hostile
python=${PYTHON-python3}

if ! "$python" -c 'import ssl; assert ssl.HAS_ALPN' 2>/dev/null; then
    echo "skipped: no python3 with ssl"
    exit 77
fi
command -v openssl >/dev/null || echo "no openssl: what needs TLS, all of HTTP/2, is left out"
sanitized=
nm "$crawl" 2>/dev/null | grep -q '__[at]san_init' && sanitized=--sanitized
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
failed=0

# What fails is tried once more: where other work stalls the machine, a sound answer can come too late.
check() { # name, arguments
    name=$1
    shift
    for _ in 1 2; do
        "$python" "$here/run.py" "$crawl" $sanitized "$@"
        status=$?
        case $status in 0 | 77) break ;; esac
    done
    if [ "$status" = 0 ]; then
        echo "[       OK ] $name"
    elif [ "$status" = 77 ]; then
        echo "[  SKIPPED ] $name"
    else
        echo "[  FAILED  ] $name"
        failed=1
    fi
}

check each_hostile_answer_comes_to_an_outcome_that_fits
# Without floods, which nghttpx takes in full.
check behind_nghttpx_over_http_2_each_answer_has_an_outcome --front --only 'location_*,to_*,gzip_*,deflate_*,length_*,closed_*,a_second*,two_*,status_*,chunk_size_*,utf*'
# Without those that say nothing, or little, for the minute that a request may take.
check crawl_robots_ends_with_a_verdict_whatever_is_answered --robots --only 'robots_[!b]*,tls_of*,h2_pings*,h2_settings_w*,h2_resets_w*'
check an_interrupt_ends_it_within_two_seconds_whatever_the_servers_do --interrupt 3
check sixty_four_bombs_stay_within_32_mb_and_64 --bombs 64 --memory 32
check sixty_four_bombs_stay_within_256_mb_and_64 --bombs 64 --memory 256
exit $failed
