#!/usr/bin/env bash
# Builds the simulated CUDA device, which Java's integration tests run on, and builds and runs the kernels' own tests:
#   native-tests/run.sh [auto|required|off] [build directory] [quick|thorough]
#   auto      where something they need is missing, skips them and says what (the default)
#   required  fails there instead
#   off       leaves them out
#   quick     one order of threads (the default)
#   thorough  also the other orders, sanitizers, planted faults and the script for a GPU
set -euo pipefail

mode=${1:-auto}
sources=$(cd "$(dirname "$0")" && pwd)
build=${2:-$sources/../target/native-tests}
extent=${3:-quick}

case $mode in
    auto | required) ;;
    off)
        echo "Native tests left out, as asked for (native.tests=off)."
        exit 0
        ;;
    *)
        echo "native.tests must be auto, required or off: $mode" >&2
        exit 2
        ;;
esac

case $extent in
    quick) thorough=OFF ;;
    thorough) thorough=ON ;;
    *)
        echo "native.tests.extent must be quick or thorough: $extent" >&2
        exit 2
        ;;
esac
gtest_required=OFF
[[ $mode == auto ]] || gtest_required=ON

without() {
    if [[ $mode == required ]]; then
        echo "Native tests are required and cannot run. Missing: $1" >&2
        exit 1
    fi
    echo "***"
    echo "*** NATIVE TESTS SKIPPED: neither the CUDA kernels nor what calls them were tested. Missing: $1"
    echo "*** Install it, or say -Dnative.tests=off to leave these tests out knowingly."
    echo "***"
    exit 0
}

command -v cmake >/dev/null || without "CMake"
if [[ -z ${CXX:-} ]]; then
    for compiler in g++ clang++ c++; do
        if command -v "$compiler" >/dev/null; then
            export CXX=$compiler
            break
        fi
    done
fi
command -v "${CXX:-}" >/dev/null || without "a C++ compiler, g++ or clang++ ${CXX:+(there is no $CXX)}"

mkdir -p "$build"
log=$build/configure.log
if ! cmake -S "$sources" -B "$build" -DPERNODEDROP_THOROUGH=$thorough -DPERNODEDROP_GTEST_REQUIRED=$gtest_required \
    >"$log" 2>&1; then
    missing=$(sed -n -e 's/.*Missing: //p' -e 's/.*\(CMake [0-9.]* or higher\) is required.*/\1/p' "$log" | head -1)
    # Nothing of ours is compiled yet: it is this machine that CMake cannot work with.
    without "${missing:-a CMake that works here; it says: $(grep -m 1 -A 2 'CMake Error' "$log" | tr -s '\n ' ' ')}"
fi

sed -n 's/^-- SKIPPED/*** SKIPPED/p' "$log"

cores=$(getconf _NPROCESSORS_ONLN)
echo "Native tests: building in $build on $cores cores"
cmake --build "$build" --parallel "$cores" >"$build/build.log" 2>&1 || {
    cat "$build/build.log" >&2
    exit 1
}
if [[ -e $build/CTestTestfile.cmake ]] && grep -q add_test "$build/CTestTestfile.cmake"; then
    ctest --test-dir "$build" --parallel "$cores" --output-on-failure --no-tests=error
fi
