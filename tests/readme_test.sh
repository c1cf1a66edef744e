#!/bin/sh
# Every command of the README, against the demo site.
#
# Blocks marked `console` hold a command behind "$ " and what it prints: that is compared. Blocks marked `sh` are recipes:
# each block is run in a directory of its own, its lines one after the other. What differs from what a reader does:
#   ./run                      is a script that runs the program of this build, without anybody's configuration; with
#                              --demo it crawls the demo site into build/demo.db
#   https://example.org/       is the demo site, and so are https://quotes.toscrape.com/ and what is in seeds.txt
#   ./run --check              is not run by the tests that it runs
#   autoreconf ... install     is what other tests do: make distcheck, packages
#   --rate=1/s                 is --rate=off, or the test would take as long as the recipe: a night
#   127.0.0.1:8642             is the port that was free
# A line with --fail-on has to end with exit status 8, for the demo site has broken links; all others with 0.
set -u
top=$(cd "${srcdir:-.}" && pwd)
build=$(cd "${top_builddir:-.}" && pwd)
dir=$(mktemp -d) || exit 1
site=
trap '[ -n "$site" ] && kill "$site" 2>/dev/null; rm -rf "$dir"' EXIT
failed=0

ok() { echo "[       OK ] $1"; }
no() {
    sed 's/^/    /' "$dir/said"
    echo "[  FAILED  ] $1"
    failed=1
}

url="" port="" # set by what follows
# shellcheck source=/dev/null
. "$top/tests/demo_site.sh"

# A place as a reader has it before the first command.
place() { # directory
    mkdir -p "$1/build"
    cat >"$1/run" <<END
#!/bin/sh
CRAWL_CONFIG=none CRAWL_HOST_CONCURRENCY=64
export CRAWL_CONFIG CRAWL_HOST_CONCURRENCY
case \$1 in
--demo) exec "$build/crawl" -q --threads 8 "$url" -o build/demo.db ;;
sql) shift; exec "$build/crawl" sql --format=table "\$@" ;;
esac
exec "$build/crawl" "\$@"
END
    chmod +x "$1/run"
}

place "$dir/reader"
cd "$dir/reader" || exit 1
awk -v dir="$dir" '
    /^```console$/ { mark = 1; next }
    /^```sh$/ { recipe++; out = dir "/recipe" recipe; next }
    /^```$/ { mark = 0; if (out != "") close(out); out = ""; next }
    mark && /^\$ / { shown++; print substr($0, 3) >(dir "/shown" shown ".command"); next }
    mark { print >(dir "/shown" shown ".wanted") }
    out != "" { print >out }
' "$top/README.md"

# What is indented for the eye: each a command to begin with, in the order in which a newcomer gives them.
sed -n 's/^    \([^ ].*\)/\1/p' "$top/README.md" >"$dir/first"
begun=
while read -r line; do
    case $line in
    "./run --demo "*) line="./run --demo" begun="$begun demo" ;;
    "./run --check "*) begun="$begun check" && continue ;;
    "autoreconf "*" sudo make install") continue ;;
    "./run "* | "echo "*) ;;
    *)
        echo "$line" >"$dir/said"
        no "a command of the README that this test does not know"
        continue
        ;;
    esac
    line=$(echo "$line" | sed "s|https://quotes\.toscrape\.com/|$url|")
    sh -c "$line" >"$dir/said" 2>&1 </dev/null || no "$line"
done <"$dir/first"
: >"$dir/said"
if [ "$begun" = " demo check" ]; then ok the_readme_begins_with_the_two_commands; else no the_readme_begins_with_the_two_commands; fi
if [ -s crawl-report.html ]; then ok the_report_is_made; else no the_report_is_made; fi
if [ -s crawl.db ] && [ -s build/demo.db ]; then ok what_stands_on_its_own_line_can_be_run; else no what_stands_on_its_own_line_can_be_run; fi

# Columns are as wide as the longest port: blanks and dashes are compared as one.
plain() { sed -e "s/127\.0\.0\.1:$port/127.0.0.1:8642/g" -e 's/  */ /g' -e 's/--*/-/g' -e 's/ $//' "$1"; }

count=0
for command in "$dir"/shown*.command; do
    count=$((count + 1))
    sh "$command" >"$dir/got" 2>"$dir/said" || no "$(cat "$command")"
    plain "$dir/got" >"$dir/got.plain"
    plain "${command%.command}.wanted" >"$dir/wanted.plain"
    diff "$dir/wanted.plain" "$dir/got.plain" >"$dir/said" || no "$(cat "$command")"
done
if [ $count -ge 3 ]; then ok "the_questions_have_the_answers_shown ($count questions)"; else no the_readme_has_three_questions; fi

count=0
for recipe in "$dir"/recipe[0-9]*; do
    count=$((count + 1))
    place "$dir/kitchen$count"
    cd "$dir/kitchen$count" || exit 1
    echo "$url" >seeds.txt
    sed -e "s|https://example\.org/|$url|" -e 's/--rate=1\/s/--rate=off/' "$recipe" >"$dir/lines"
    while read -r line; do
        case $line in
        *--fail-on=*) wanted=8 ;;
        *) wanted=0 ;;
        esac
        sh -c "$line" >"$dir/said" 2>&1 </dev/null
        status=$?
        [ $status = $wanted ] || no "exit status $status instead of $wanted: $line"
    done <"$dir/lines"
done
if [ $count -ge 3 ]; then ok "the_recipes_work ($count recipes)"; else no the_readme_has_three_recipes; fi

: >"$dir/said"
if grep -q 'Questions and answers' "$dir/kitchen1/titles.csv"; then ok a_recipe_leaves_the_titles; else no a_recipe_leaves_the_titles; fi
if grep -q '<testsuite' "$dir/kitchen2/broken.xml"; then ok a_recipe_leaves_junit; else no a_recipe_leaves_junit; fi

sed -n 's/.*](\([a-z][^):]*\)).*/\1/p' "$top/README.md" >"$dir/files"
while read -r file; do
    [ -f "$top/$file" ] || no "$file, which the README shows, is there"
done <"$dir/files"
exit $failed
