#!/bin/sh
# The program itself, as far as it goes without a network: what it prints, and how it exits.
set -u
crawl=$(cd "${top_builddir:-.}" && pwd)/crawl
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
unset NO_COLOR CRAWL_CONFIG
XDG_CONFIG_HOME=$dir
export XDG_CONFIG_HOME
failed=0

# Runs crawl; $status, and what it said in out and err.
run() {
    "$crawl" "$@" >out 2>err </dev/null
    status=$?
}

check() { # name, status wanted, text in out, text in err
    if [ "$status" = "$2" ] && { [ -z "$3" ] || grep -qF -- "$3" out; } && { [ -z "$4" ] || grep -qF -- "$4" err; }; then
        echo "[       OK ] $1"
    else
        echo "status $status; out: $(head -n 5 out); err: $(head -n 5 err)"
        echo "[  FAILED  ] $1"
        failed=1
    fi
}

run
check "without_operands_and_database_it_shows_short_help" 2 "" "crawl --threads 8 seeds.txt"
run --help
check "help_begins_with_examples" 0 "crawl --threads 8 seeds.txt" ""
run --help=all
check "help_all_has_all_options" 0 "--idle-timeout=TIME" ""
run export --help
check "a_verb_has_help_of_its_own" 0 "--format=FORMAT" ""
run --version
check "version_names_the_libraries" 0 "SQLite/" ""
run --thraeds 3 example.org
check "an_unknown_option_is_a_usage_error_with_a_suggestion" 2 "" "did you mean --threads?"
run help
check "help_asked_for_as_a_verb_is_pointed_to" 2 "" 'did you mean "crawl --help"?'
run --threads=0 example.org
check "a_bad_value_is_a_usage_error" 2 "" "--threads takes a number from 1 to 1024"
run --reject-regex '(a' example.org
check "a_bad_pattern_is_shown_with_a_caret" 2 "" "^"
run no-such-seeds.txt
check "a_missing_seed_list_is_a_usage_error" 2 "" "cannot read no-such-seeds.txt: No such file"
printf 'htp://example.com\n' >seeds.txt
run seeds.txt
check "a_list_without_a_usable_seed_is_a_usage_error" 2 "" \
    'crawl: warning: seeds.txt:1: "htp://example.com" has no usable scheme (did you mean "http://"?)'
rm -f crawl.db*
CRAWL_MAX_PAGE=3 CRAWL_SHARED=x CRAWL_MAX_PAGES=3 "$crawl" --print-config >out 2>err </dev/null
status=$?
check "a_variable_that_is_nearly_an_option_is_warned_of" 0 "" \
    "the environment variable CRAWL_MAX_PAGE is no option (did you mean CRAWL_MAX_PAGES?)"
status=$(grep -c CRAWL_SHARED err)
check "one_for_somebody_else_is_not" 0 "" ""
echo text >no.pem
run --cacert=no.pem http://127.0.0.1:1/
check "certificates_that_are_no_pem_are_a_usage_error" 2 "" "--cacert reads PEM, and no.pem has none"
printf '[host 127.0.0.1]\nuser = me:pw\n[host api.test]\nbearer = t\n[host other.test]\nheader = cookie: a=b\n%s' \
    '[host open.test]
header = X-Key: 1
' >sections.conf
run --config=sections.conf --max-duration=10ms http://127.0.0.1:1/
check "a_section_with_secrets_for_a_host_that_is_no_seed_is_warned_of" "$status" "" \
    "sections.conf:3: user, bearer and secret headers go to hosts of seeds alone, and api.test is none"
check "secret_headers_are_among_them" "$status" "" "sections.conf:5: user, bearer"
if grep -q '127.0.0.1 is none\|open.test is none' err; then
    failed=1
    echo "[  FAILED  ] nothing_is_said_of_what_is_sent"
fi
rm -f crawl.db*
run --no-robots --max-duration=10ms http://127.0.0.1:1/
check "without_robots_txt_it_says_that_no_sitemap_is_looked_for" "$status" "" "no sitemap is looked for"
rm -f crawl.db*

# A crawl that is there; the robots.txt of its seed is awaited in vain.
"$crawl" -q --max-duration=10ms http://127.0.0.1:1/ >out 2>err </dev/null
before=$(cksum <crawl.db)
touched=
printf '# none\n' >empty.txt
for seeds in word "http://127.0.0.1:1/ word" "word http://127.0.0.1:1/" no-such.txt seeds.txt empty.txt "--fresh word" \
    "--fresh seeds.txt" "-i empty.txt"; do
    # shellcheck disable=SC2086 # several words
    run $seeds
    [ "$status" = 2 ] && [ "$(cksum <crawl.db)" = "$before" ] && [ "$(echo crawl.db*)" = crawl.db ] ||
        touched="$touched ($seeds: $status)"
done
[ -z "$touched" ]
status=$?
check "a_command_without_a_usable_seed_leaves_the_database_as_it_was" 0 "" ""
"$crawl" - <empty.txt >out 2>err
status=$?
check "neither_does_standard_input_without_a_seed_go_on" 2 "" "no usable seed"
"$crawl" sql --format=csv "SELECT 'runs', count(*) FROM run" >out 2>err
status=$?
check "and_it_records_no_run" 0 "runs,1" ""
before=$("$crawl" export pages | cksum)
"$crawl" --fresh - <empty.txt >out 2>err
status=$?
check "nor_begin_anew" 2 "" "no usable seed"
[ "$(echo crawl.db*)" = crawl.db ] && [ "$("$crawl" export pages | cksum)" = "$before" ]
status=$?
check "the_database_that_fresh_put_aside_is_back" 0 "" ""
rm -f crawl.db*

run --dry-run --max-pages=600 --rate=1/s example.org
check "a_dry_run_says_what_would_be_asked" 0 "https://example.org/" "example.org is taken as https://example.org/"
check "a_dry_run_says_how_long_it_could_take" 0 "10 min 0 s for 600 pages" ""
check "a_dry_run_says_where_options_come_from" 0 "--rate = 1/s (command line)" ""
if [ -z "$(find . -name 'crawl.db*')" ]; then
    echo "[       OK ] a_dry_run_makes_no_file"
else
    echo "[  FAILED  ] a_dry_run_makes_no_file"
    failed=1
fi

mkdir -p crawl
printf 'threads = 3\n[host *.example.org]\nrate = 2/m\nuser = me:hush\n' >crawl/crawl.conf
CRAWL_TRIES=5 "$crawl" --print-config --level=2 >out 2>err
status=$?
check "print_config_shows_the_file_and_line" 0 "crawl/crawl.conf:1" ""
check "print_config_shows_the_environment" 0 "CRAWL_TRIES" ""
check "print_config_shows_the_command_line" 0 "command line" ""
check "print_config_shows_sections" 0 "[host *.example.org]" ""
if grep -q hush out; then
    echo "[  FAILED  ] print_config_shows_no_secrets"
    failed=1
else
    echo "[       OK ] print_config_shows_no_secrets"
fi
printf 'thread = 3\n' >crawl/crawl.conf
run example.org
check "a_wrong_line_of_a_file_is_a_usage_error" 2 "" "crawl/crawl.conf:1: unknown option thread (did you mean threads?)"
run --help
check "help_is_given_though_a_file_is_wrong" 0 "Usage" ""
run --config=none -n example.org
check "no_file_is_read_if_none_is_wanted" 0 "https://example.org/" ""
exit $failed
