#!/bin/sh
# The manual is sound mdoc, and the shell scripts are sound shell.
set -u
top=${srcdir:-.}
failed=0

check() { # name, command...
    name=$1
    shift
    if ! command -v "$1" >/dev/null 2>&1; then
        echo "[  SKIPPED ] $name: $1 is not installed"
        return
    fi
    # What manuals the machine has is no matter of ours.
    findings=$("$@" 2>&1 | grep -v "outdated mandoc.db")
    if [ -z "$findings" ]; then
        echo "[       OK ] $name"
    else
        echo "$findings"
        echo "[  FAILED  ] $name"
        failed=1
    fi
}

check mandoc_finds_nothing_to_say_about_the_manual mandoc -Tlint "$top/doc/crawl.1"
check shellcheck_finds_nothing_to_say_about_the_scripts shellcheck "$top/run" "$top/.ci/run" "$top"/tests/*.sh \
    "$top/packaging/debian/tests/loopback"

# A quotation in mdoc lasts to the end of its line: a second one on the line would be within the first.
check no_quotation_is_within_another grep -nE '^\.Ql .* (Ql|Ar|Cm|Fl) ' "$top/doc/crawl.1"

# What the README calls built in is what the program takes.
if [ -f "$top/README.md" ]; then
    config=$("${top_builddir:-.}/crawl" --config=none --print-config)
    words=$(grep '^Built in, and each an option: ' "$top/README.md")
    wrong=
    while read -r option value said; do
        echo "$config" | grep -q "^$option  *$value " || wrong="$wrong --$option is not $value."
        case $words in
        *" $said"[,.]*) ;;
        *) wrong="$wrong The README does not say $said." ;;
        esac
    done <<EOF
max-filesize 20M 20 MB a page
max-url-length 2083 2083 bytes a URL
max-links 100000 100 000 links a page
max-redirect 10 10 redirects
tries 3 3 tries
EOF
    check the_limits_that_the_readme_calls_built_in_are echo "$wrong"
fi
exit $failed
