#!/bin/sh
# The Debian package: built from what make dist makes, looked over by lintian, installed below a directory of its own,
# and used there.
# shellcheck disable=SC2317 # the steps are called by check()
set -u
top=$(cd "${srcdir:-.}" && pwd)
build=$(cd "${top_builddir:-.}" && pwd)

skip() {
    echo "[  SKIPPED ] the_debian_package_is_tested: $1"
    exit 77
}

[ -z "${CRAWL_NO_PACKAGE_TEST:-}" ] || skip "$CRAWL_NO_PACKAGE_TEST"
case $build in
*/_build/sub*) skip "make distcheck tests the release itself" ;;
esac
for tool in dpkg-buildpackage dh python3 xz; do
    command -v "$tool" >/dev/null 2>&1 || skip "$tool is not installed"
done
lacks=$(cd "$top/packaging" && dpkg-checkbuilddeps 2>&1) || skip "${lacks#*error: }"

dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
unset MAKEFLAGS MFLAGS MAKELEVEL CFLAGS CPPFLAGS LDFLAGS CC
failed=0

# Shows what a step said only when it failed.
check() { # name, command...
    name=$1
    shift
    if "$@" >"$dir/said" 2>&1; then
        echo "[       OK ] $name"
    else
        echo "status $?"
        tail -n 40 "$dir/said"
        echo "[  FAILED  ] $name"
        failed=1
        return 1
    fi
}

version=$(sed -n 's/^AC_INIT(\[crawl\], \[\([^]]*\)\].*/\1/p' "$top/configure.ac")
tree=$dir/crawl-$version

release() {
    make -C "$build" dist && cp "$build/crawl-$version.tar.xz" "$dir/crawl_$version.orig.tar.xz" &&
        tar -C "$dir" -xJf "$dir/crawl_$version.orig.tar.xz" && cp -R "$tree/packaging/debian" "$tree/debian"
}

package() {
    cd "$tree" && DEB_BUILD_OPTIONS="nocheck parallel=2" dpkg-buildpackage -us -uc "$@"
}

# As dpkg would on a real system, but below a root of our own, and with the libraries of this machine.
install_package() {
    mkdir -p "$dir/root/var/lib/dpkg/info" "$dir/root/var/lib/dpkg/updates" && : >"$dir/root/var/lib/dpkg/status" &&
        : >"$dir/root/var/lib/dpkg/available" || return 1
    if [ "$(id -u)" = 0 ]; then
        dpkg --root="$dir/root" --force-depends --log="$dir/dpkg.log" -i "$dir/crawl_$version"*.deb
    else
        dpkg -x "$dir/crawl_$version"*.deb "$dir/root"
    fi
}

holds_its_files() {
    for file in bin/crawl share/man/man1/crawl.1.gz share/bash-completion/completions/crawl \
        share/zsh/vendor-completions/_crawl share/fish/vendor_completions.d/crawl.fish share/doc/crawl/README.md \
        share/doc/crawl/schema.sql share/doc/crawl/copyright; do
        [ -s "$dir/root/usr/$file" ] || [ -s "$dir/root/usr/$file.gz" ] || {
            echo "usr/$file is missing"
            find "$dir/root/usr" -type f
            return 1
        }
    done
}

uses_it() {
    PATH=$dir/root/usr/bin:$PATH "$tree/debian/tests/loopback"
}

check make_dist_makes_a_release release || exit 1
check the_package_is_built package || exit 1
if command -v lintian >/dev/null 2>&1; then
    check lintian_finds_nothing_to_say_about_the_package lintian --allow-root --fail-on error,warning "$dir"/crawl_*.changes
else
    echo "[  SKIPPED ] lintian_finds_nothing_to_say_about_the_package: lintian is not installed"
fi
check the_package_is_installed install_package || exit 1
check the_package_holds_its_files holds_its_files
check what_the_package_installs_crawls_a_site uses_it

# ---- The same of the RPM, with the libraries of this machine: their packages have other names there.
build_rpm() {
    rpmbuild -tb --nodeps --nocheck --define "_topdir $dir/rpm" --define "debug_package %{nil}" \
        "$build/crawl-$version.tar.xz"
}

unpack_rpm() {
    rm -rf "$dir/root" && mkdir "$dir/root" && cd "$dir/root" && rpm2archive "$dir"/rpm/RPMS/*/*.rpm &&
        tar -xzf "$dir"/rpm/RPMS/*/*.tgz &&
        [ -s usr/share/licenses/crawl-"$version"/LICENSE ] && [ -s usr/share/zsh/site-functions/_crawl ]
}

for tool in rpmbuild rpm2archive; do
    command -v $tool >/dev/null 2>&1 && continue
    echo "[  SKIPPED ] the_rpm_is_tested: $tool is not installed"
    exit $failed
done
check the_rpm_is_built_with_every_file_that_is_installed build_rpm || exit 1
check the_rpm_is_unpacked unpack_rpm || exit 1
check what_the_rpm_installs_crawls_a_site uses_it
exit $failed
