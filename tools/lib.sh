# SPDX-License-Identifier: BSL-1.0
# Shell functions of the scripts in tools/ and of .ci/run. To be sourced by bash.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$top" || exit 1

say() { printf '\n== %s\n' "$*"; }
die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# Group, package of Debian 12, and what shows on another system that it is there: a command, a file or
# a header. With "any" the command counts on Debian too: a Node that came from elsewhere brings its
# own npm, beside which Debian's cannot be installed.
packages='
build   g++-12                cmd:g++-12
build   meson                 cmd:meson
build   ninja-build           cmd:ninja
build   cmake                 cmd:cmake
build   pkg-config            cmd:pkg-config
build   python3               cmd:python3
build   libexpected-dev       header:tl/expected.hpp
tests   libboost1.81-dev      header:boost/version.hpp
tests   libboost-test1.81-dev header:boost/test/unit_test.hpp
tests   libboost-json1.81-dev header:boost/json.hpp
tests   gdb                   cmd:gdb
tests   libfmt-dev            header:fmt/format.h
tests   libssl-dev            header:openssl/evp.h
tests   libsqlite3-dev        header:sqlite3.h
tests   libpq-dev             header:postgresql/libpq-fe.h
tests   postgresql-15         file:/usr/lib/postgresql/15/bin/postgres
tests   librapidcheck-dev     header:rapidcheck.h
tests   nodejs                any:node
tests   npm                   any:npm
tests   ca-certificates       cmd:npm
tests   curl                  cmd:curl
tests   doxygen               cmd:doxygen
bench   libbenchmark-dev      header:benchmark/benchmark.h
bench   libsqlite3-dev        header:sqlite3.h
bench   libpq-dev             header:postgresql/libpq-fe.h
bench   postgresql-15         file:/usr/lib/postgresql/15/bin/postgres
bench   valgrind              cmd:valgrind
bench   clang-19              cmd:clang++-19
bench   python3-matplotlib    file:/usr/lib/python3/dist-packages/matplotlib
docs    graphviz              cmd:dot
docs    doxygen               cmd:doxygen
docs    mkdocs                cmd:mkdocs
docs    mkdocs-material       file:/usr/share/mkdocs/themes/material
look    chromium              cmd:chromium
look    chromium-driver       cmd:chromedriver
look    python3-selenium      file:/usr/lib/python3/dist-packages/selenium
load    wrk                   cmd:wrk
demo    libboost1.81-dev      header:boost/version.hpp
demo    libboost-json1.81-dev header:boost/json.hpp
demo    libsqlite3-dev        header:sqlite3.h
demo    libpq-dev             header:postgresql/libpq-fe.h
demo    libssl-dev            header:openssl/evp.h
demo    curl                  cmd:curl
demo    jq                    cmd:jq
ci      clang-14              cmd:clang++-14
ci      clang-16              cmd:clang++-16
ci      clang-19              cmd:clang++-19
ci      libclang-rt-19-dev    cmd:clang++-19
ci      llvm-19               cmd:llvm-symbolizer-19
ci      clang-format-14       cmd:clang-format-14
ci      clang-tidy-19         cmd:clang-tidy-19
ci      valgrind              cmd:valgrind
ci      clang-tools-19        cmd:clang-include-cleaner-19
ci      codespell             cmd:codespell
ci      cppcheck              cmd:cppcheck
ci      gcovr                 cmd:gcovr
ci      git                   cmd:git
ci      python3-pyflakes      file:/usr/lib/python3/dist-packages/pyflakes
ci      shellcheck            cmd:shellcheck
libcxx  libc++-19-dev         cmd:clang++-19
libcxx  libc++abi-19-dev      cmd:clang++-19
cross   g++-i686-linux-gnu    cmd:i686-linux-gnu-g++
cross   g++-s390x-linux-gnu   cmd:s390x-linux-gnu-g++
cross   qemu-user             cmd:qemu-s390x
'

on_debian_12() { (. /etc/os-release 2>/dev/null && [ "${ID:-}/${VERSION_ID:-}" = debian/12 ]); }

is_there() { # package, probe
  local kind=${2%%:*} what=${2#*:}
  if [ "$kind" != any ] && on_debian_12; then
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
  elif [ "$kind" = file ]; then
    [ -e "$what" ]
  elif [ "$kind" = header ]; then
    printf '#include <%s>\n' "$what" | "${CXX:-c++}" -std=c++20 -E -x c++ - >/dev/null 2>&1
  else
    command -v "$what" >/dev/null 2>&1
  fi
}

apt_get() {
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 || return 1
    as_root=(sudo)
  fi
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" >/dev/null
}

# Tests make PostgreSQL clusters of their own: installing it shall not start one.
without_main_cluster() {
  local settings=/etc/postgresql-common/createcluster.conf as_root=()
  [ ! -e "$settings" ] || return 0
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  "${as_root[@]}" mkdir -p /etc/postgresql-common &&
    echo 'create_main_cluster = false' | "${as_root[@]}" tee "$settings" >/dev/null
}

# Installs what is missing of the named groups of packages; elsewhere than on Debian 12 only looks.
require_packages() { # group...
  local group package probe missing=()
  while read -r group package probe; do
    case " $* " in
      *" $group "*) is_there "$package" "$probe" || missing+=("$package") ;;
    esac
  done <<<"$packages"
  [ "${#missing[@]}" -gt 0 ] || return 0
  if ! on_debian_12; then
    die "this is not Debian 12, so nothing is installed. Missing, by the names of Debian 12: ${missing[*]}"
  fi
  say "installing ${missing[*]}"
  case " ${missing[*]} " in
    *' postgresql-15 '*) without_main_cluster ;;
  esac
  apt_get install -y --no-install-recommends "${missing[@]}" ||
    { apt_get update && apt_get install -y --no-install-recommends "${missing[@]}"; } ||
    die "could not install; needed: ${missing[*]}"
}

# Installs the Node client of tests/sdk/ into build/sdk/, anew where the lock file is another one.
require_sdk() {
  local file to=build/sdk
  cmp -s tests/sdk/package-lock.json "$to/node_modules/package-lock.json" && return 0
  say 'installing the packages of tests/sdk'
  { mkdir -p "$to" && rm -rf "$to/node_modules"; } || die "could not clear $to"
  for file in package.json package-lock.json .npmrc; do
    cp "tests/sdk/$file" "$to/" || die "could not copy tests/sdk/$file"
  done
  (cd "$to" && npm ci --ignore-scripts --no-audit --no-fund) >build/sdk.log 2>&1 ||
    { tail -n 20 build/sdk.log && die 'npm could not install the packages, see build/sdk.log'; }
  cp "$to/package-lock.json" "$to/node_modules/"
}

# Configures build/NAME, anew where it exists, so that new files are seen.
configure() { # name, meson option...
  local name=$1
  shift
  if [ -f "build/$name/build.ninja" ]; then
    meson setup --reconfigure "build/$name" "$@" >"build/$name.log" 2>&1
  else
    mkdir -p build && rm -rf "build/$name" && meson setup "build/$name" "$@" >"build/$name.log" 2>&1
  fi || { tail -n 20 "build/$name.log" && return 1; }
}

# Counts of everything so far, and what is said at the end of what failed.
passed=0
failed=0
failures=''

add_failure() { # what
  failed=$((failed + 1))
  failures+="FAILED: $1"$'\n'
}

# Adds what the last `meson test` in build/NAME logged, with the end of what a failed test printed.
# A skipped one counts as failed: what it needs is to be installed.
count_tests() { # name
  local counts
  counts=$(python3 - "build/$1" <<'PY'
import json
import sys
good = ("OK", "EXPECTEDFAIL")
try:
    tests = [json.loads(line) for line in open(sys.argv[1] + "/meson-logs/testlog.json")]
except OSError:
    tests = []
bad = [test for test in tests if test["result"] not in good]
print(len(tests) - len(bad), len(bad))
for test in bad:
    print("FAILED: {}, {}: {} after {:.0f} s".format(sys.argv[1], test["name"], test["result"],
                                                     test["duration"]))
    printed = (test.get("stdout") or "") + (test.get("stderr") or "")
    for line in printed.splitlines()[-30:]:
        print("    " + line[:300])
PY
  )
  local first=${counts%%$'\n'*}
  passed=$((passed + ${first% *}))
  failed=$((failed + ${first#* }))
  [ "$first" = "$counts" ] || failures+="${counts#*$'\n'}"$'\n'
}

# Configures, builds what the tests need, runs them and counts. A build that fails counts as one.
run_tests() { # name, "meson options", meson test argument...
  local name=$1 options=$2
  shift 2
  # shellcheck disable=SC2086
  if ! configure "$name" $options; then
    add_failure "build/$name: configuring"
    return 1
  fi
  rm -f "build/$name/meson-logs/testlog.json"
  meson test -C "build/$name" --print-errorlogs "$@"
  local status=$?
  if [ ! -s "build/$name/meson-logs/testlog.json" ]; then
    add_failure "build/$name: the build, or there is no such test"
  else
    count_tests "$name"
  fi
  return "$status"
}

# The last lines of a script.
finish() {
  printf '\n%s%d passed, %d failed\n' "$failures" "$passed" "$failed"
  [ "$failed" -eq 0 ] || exit 1
  [ "$passed" -gt 0 ] || die 'nothing was run'
}
