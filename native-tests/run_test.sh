#!/usr/bin/env bash
# Tests run.sh: what it says and does where something is missing. CTest runs it by -Pthorough.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "run_test.sh: $1" >&2
    exit 1
}

# A path with the basic tools and those that are named, and nothing else.
path_with() {
    local folder
    folder=$(mktemp -d -p "$work")
    for tool in bash cat cp dirname getconf grep head ld as make mkdir mktemp rm sed tr uname "$@"; do
        ! command -v "$tool" >/dev/null || ln -sf "$(command -v "$tool")" "$folder/$tool"
    done
    echo "$folder"
}

# expect NAME STATUS TEXT COMMAND...: the expected exit status and a text of the output.
expect() {
    local name=$1 status=$2 text=$3 got=0
    shift 3
    "$@" >"$work/said" 2>&1 || got=$?
    [ "$got" = "$status" ] || fail "$name: exit status $got, not $status: $(cat "$work/said")"
    grep -qF -- "$text" "$work/said" || fail "$name: does not say '$text': $(cat "$work/said")"
}

run() { env -u CXX -u GTEST_SOURCE_DIR PATH="$1" bash "$here/run.sh" "${@:2}"; }

bare=$(path_with)
expect "no CMake" 0 "NATIVE TESTS SKIPPED" run "$bare" auto "$work/a"
expect "no CMake, required" 1 "Missing: CMake" run "$bare" required "$work/b"
expect "left out" 0 "left out, as asked for" run "$bare" off "$work/c"
expect "another mode" 2 "must be auto, required or off: all" run "$bare" all "$work/d"
expect "another extent" 2 "must be quick or thorough: long" run "$bare" auto "$work/e" long
expect "no compiler" 0 "Missing: a C++ compiler" run "$(path_with cmake)" auto "$work/f"

# A CMake that cannot configure, as where there is no make.
broken=$(path_with g++ clang++ c++)
printf '#!/usr/bin/env bash\necho "CMake Error: CMAKE_MAKE_PROGRAM is not set."; exit 1\n' >"$broken/cmake"
chmod +x "$broken/cmake"
expect "no make" 0 "CMAKE_MAKE_PROGRAM is not set" run "$broken" auto "$work/g"
expect "no make, required" 1 "CMAKE_MAKE_PROGRAM is not set" run "$broken" required "$work/h"

# Without GoogleTest the simulated device is built, and no test of the kernels' own.
expect "no GoogleTest" 0 "SKIPPED: the kernels' own unit tests. Missing: GoogleTest" \
    cmake -S "$here" -B "$work/without" -DCMAKE_DISABLE_FIND_PACKAGE_GTest=ON
if [ "$(uname -sm)" = "Linux x86_64" ]; then
    expect "targets without GoogleTest" 0 "simulated_driver" cmake --build "$work/without" --target help
fi
! grep -q add_test "$work/without/CTestTestfile.cmake" || fail "there are tests without GoogleTest"
expect "GoogleTest required" 1 "Missing: GoogleTest" \
    cmake -S "$here" -B "$work/required" -DCMAKE_DISABLE_FIND_PACKAGE_GTest=ON -DPERNODEDROP_GTEST_REQUIRED=ON
echo "run.sh: all as it should be"
