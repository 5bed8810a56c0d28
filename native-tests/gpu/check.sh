#!/usr/bin/env bash
# Proves and times the kernels on this machine's GPU, in one go and without a network: see README.md beside this.
#   check.sh [--only STEP,...] [OUTPUT_FOLDER]      steps: tests, kernels, sanitizer, timing, peers
# Exit status 1 if a result was wrong or a step could not be done; steps that lack their tools are skipped, loudly.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
native=$(dirname "$here")
repository=$(dirname "$native")
only=""
output=""
usage() { sed -n '2,4s/^# *//p' "$0" >&2; exit 2; }
while [ $# -gt 0 ]; do
    case $1 in
        --only)
            only=${2:-}
            [[ $only =~ ^(tests|kernels|sanitizer|timing|peers)(,(tests|kernels|sanitizer|timing|peers))*$ ]] || usage
            shift 2 ;;
        -*) usage ;;
        *)
            [ -z "$output" ] || usage
            output=$1
            shift ;;
    esac
done
output=${output:-$repository/target/gpu-check}
mkdir -p "$output" || exit 2
output=$(cd "$output" && pwd)
build=${BUILD_FOLDER:-$repository/target/gpu-build}
ptx_folder=${PTX_FOLDER:-$repository/src/main/resources/org/pernodedrop/backend/cuda}
json=$output/timings.json
# Only some of the tests are small enough for compute-sanitizer; tests that write past arrays on purpose are not for it.
sanitizer_filter=${SANITIZER_FILTER:-*-Device*:*Statistics*}

for folder in "${CUDA_HOME:-}" "${CUDA_PATH:-}" /usr/local/cuda; do
    [ -n "$folder" ] && [ -d "$folder/bin" ] && PATH=$PATH:$folder/bin
done

summary=()
failures=0
# report STEP passed|FAILED|SKIPPED [why]
report() {
    summary+=("$(printf '%-12s %-8s %s' "$1" "$2" "${3:-}")")
    [ "$2" = FAILED ] && failures=$((failures + 1))
    echo "== $1: $2 ${3:-}"
}
wanted() { [ -z "$only" ] || [[ ,$only, == *,$1,* ]]; }

# step NAME SECONDS COMMAND...: runs it with its log in the output folder and reports how it ended.
step() {
    local name=$1 limit=$2 started=$SECONDS status
    shift 2
    echo "== $name: $*"
    timeout -k 10 "$limit" "$@" 2>&1 | tee "$output/$name.log" | tail -n "${TAIL:-15}"
    status=${PIPESTATUS[0]}
    local took="$((SECONDS - started)) s"
    if [ "$status" -eq 0 ]; then
        report "$name" passed "$took"
    elif [ "$status" -eq 124 ] || [ "$status" -eq 137 ]; then
        report "$name" FAILED "not done within $limit s; $name.log"
    else
        report "$name" FAILED "status $status after $took; $name.log"
    fi
    return "$status"
}

commit=$(git -C "$repository" rev-parse HEAD 2>/dev/null || echo unknown)
if [ "$commit" != unknown ] && [ -n "$(git -C "$repository" status --porcelain --untracked-files=no 2>/dev/null)" ]; then
    commit="$commit, changed"
fi
commit=${COMMIT:-$commit}
toolkit=$(nvcc --version 2>/dev/null | sed -n 's/.*release \([0-9.]*\), \(V[0-9.]*\).*/\1 (\2)/p')
capability=$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader 2>/dev/null | head -1 | tr -d '. ')
case $capability in '' | *[!0-9]*) capability=90 ;; esac
{
    date -u
    uname -sr
    echo "commit: $commit"
    echo "toolkit: ${toolkit:-no nvcc}"
    nvidia-smi 2>&1
    nvidia-smi --query-gpu=name,driver_version,clocks.sm,clocks.max.sm,clocks.mem,power.limit,temperature.gpu --format=csv 2>&1
    g++ --version 2>&1 | head -1
    cmake --version 2>&1 | head -1
    python3 --version 2>&1
} >"$output/machine.log"
head -4 "$output/machine.log"

googletest=""
for folder in "${GTEST_SOURCE_DIR:-}" "$native/googletest" /usr/src/googletest; do
    if [ -z "$googletest" ] && [ -n "$folder" ] && [ -e "$folder/googletest/src/gtest-all.cc" ]; then
        googletest=$folder
    fi
done

# Folders of NVIDIA's Python packages: SUBFOLDER is include or lib.
python_folders() {
    python3 - "$1" 2>/dev/null <<'PYTHON'
import glob, importlib.util, sys
spec = importlib.util.find_spec("nvidia")
for base in (spec.submodule_search_locations if spec else []):
    for folder in sorted(glob.glob(f"{base}/*/{sys.argv[1]}")):
        print(folder)
PYTHON
}
library_folders() {
    for folder in "${CUDA_HOME:-}" "${CUDA_PATH:-}" /usr/local/cuda; do
        [ -n "$folder" ] && printf '%s\n' "$folder/lib64" "$folder/lib" "$folder/targets/x86_64-linux/lib"
    done
    python_folders lib
}

build_with_cmake() {
    cmake -S "$native" -B "$build" -DPERNODEDROP_GPU=ON -DPERNODEDROP_PTX_DIR="$ptx_folder" \
        ${googletest:+-DGTEST_SOURCE_DIR="$googletest"} ${CURAND_INCLUDE_DIR:+-DCURAND_INCLUDE_DIR="$CURAND_INCLUDE_DIR"} &&
        cmake --build "$build" --target gpu_tests kernel_timing --parallel "$(nproc)"
}

# The same as gpu.cmake, for machines without cmake.
build_without_cmake() {
    local curand="" cuda_include="" folder source flags
    mkdir -p "$build/ptx" || return 1
    while read -r folder; do
        [ -z "$curand" ] && [ -e "$folder/curand_kernel.h" ] && curand=$folder
        [ -z "$cuda_include" ] && [ -e "$folder/cuda_runtime.h" ] && cuda_include=$folder
    done < <(printf '%s\n' "${CURAND_INCLUDE_DIR:-/nowhere}" "${CUDA_HOME:-/nowhere}/include" /usr/local/cuda/include
        python_folders include)
    local kernels=("$native"/tests/*.cu "$here/ffma_peak.cu") on_host=0 on_gpu=0
    local compile=(nvcc -ptx -O3 -std=c++17 -arch=compute_80 -I "$repository/cuda")
    for source in "${kernels[@]}"; do
        "${compile[@]}" -o "$build/ptx/$(basename "$source" .cu).ptx" "$source" || return 1
    done
    rm -f "$build/ptx/curand_comparison.ptx"
    if [ -n "$curand" ] &&
        "${compile[@]}" -isystem "$curand" -o "$build/ptx/curand_comparison.ptx" "$here/curand_comparison.cu"; then
        on_gpu=1
    fi
    flags=(-std=c++17 -O2 -ffp-contract=off -I "$repository/cuda" -I "$native/emulation" -I "$native/device"
        -I "$native/reference" -I "$native/tests"
        "-DPERNODEDROP_PTX_FOLDERS=\"$ptx_folder:$build/ptx\""
        "-DKNOWN_ANSWERS=\"$repository/src/test/resources/org/pernodedrop/mask\"")
    local device=("$native"/device/{connection,cuda_driver,cuda_kernels,device_cuda,ptx_kernels}.cpp)
    local test_sources=("$native"/tests/*.cpp "$here"/*_test.cpp "$native"/reference/*.cpp)
    if [ -n "$curand" ] && [ -n "$cuda_include" ] &&
        g++ -std=c++17 -O2 -isystem "$curand" -isystem "$cuda_include" -isystem "$cuda_include/cccl" \
            -c "$here/curand_host.cpp" -o "$build/curand_host.o"; then
        on_host=1
        test_sources+=("$build/curand_host.o")
    fi
    if [ -n "$googletest" ]; then
        flags+=(-isystem "$googletest/googletest/include" -I "$googletest/googletest")
        test_sources+=("$googletest/googletest/src/gtest-all.cc" "$googletest/googletest/src/gtest_main.cc")
    else
        test_sources+=(-lgtest -lgtest_main)
    fi
    flags+=("-DPERNODEDROP_CURAND_ON_HOST=$on_host" "-DPERNODEDROP_CURAND_ON_GPU=$on_gpu")
    g++ "${flags[@]}" -o "$build/kernel_timing" \
        "$here"/{kernel_timing,clocks,connection_timing,cublas,cuda_timer,layer_operands,timing_results}.cpp \
        "$native"/reference/*.cpp "${device[@]}" -pthread -ldl &&
        g++ "${flags[@]}" -o "$build/gpu_tests" "${device[@]}" "${test_sources[@]}" -pthread -ldl
}

built=no
if wanted tests || wanted sanitizer || wanted timing; then
    export -f build_with_cmake build_without_cmake python_folders
    export native repository here build ptx_folder googletest
    if command -v cmake >/dev/null; then
        step build 200 bash -c build_with_cmake && built=yes
    else
        step build 200 bash -c build_without_cmake && built=yes
    fi
    [ $built = yes ] || { grep -m 5 -n 'error' "$output/build.log"; true; }
fi

if wanted tests; then
    if [ $built = yes ]; then
        step tests 240 "$build/gpu_tests" --gtest_brief=1
        # What was skipped is part of the result.
        while read -r why; do
            report tests SKIPPED "$why"
        done < <(grep -a -A1 ': Skipped$' "$output/tests.log" | grep -a -v -e ': Skipped$' -e '^--' | sort -u)
    else
        report tests FAILED "nothing was built"
    fi
fi

if wanted kernels; then
    if command -v ptxas >/dev/null; then
        TAIL=200 step kernels 120 bash "$here/kernel_table.sh" "sm_$capability" "$output/cubins" "$ptx_folder"/*.ptx
        rm -rf "$output/cubins"
    else
        report kernels SKIPPED "no ptxas"
    fi
fi

find_sanitizer() {
    local candidate
    for candidate in "$(command -v compute-sanitizer)" /opt/nvidia/*/compute-sanitizer /usr/local/cuda*/compute-sanitizer/compute-sanitizer; do
        [ -n "$candidate" ] && [ -x "$candidate" ] && [ ! -d "$candidate" ] && echo "$candidate" && return
    done
}

# One tool of compute-sanitizer over the tests. Running out of time is no failure: what it saw until then counts.
sanitize() {
    local tool=$1 memory=$2 limit=$3 started=$SECONDS log=$output/sanitizer-$1.log errors ran status
    echo "== sanitizer-$tool"
    PERNODEDROP_MEMORY=$memory PERNODEDROP_SHAPE_STEP=${SANITIZER_SHAPE_STEP:-97} \
        timeout -k 10 "$limit" "$sanitizer" --tool "$tool" --error-exitcode 77 --print-limit 20 \
        "$build/gpu_tests" --gtest_filter="$sanitizer_filter" >"$log" 2>&1
    status=$?
    errors=$(grep -a -c -E '^=+ +(Invalid|Misaligned|Error: |Uninitialized|Barrier error|Divergent|Race|Warning: Race|Program hit)' "$log")
    ran=$(grep -a -c -E '^\[ +OK \]' "$log")
    grep -a -E '^=+ +(ERROR SUMMARY|RACECHECK SUMMARY|Invalid|Error: |Uninitialized|Barrier)' "$log" | head -5
    if grep -a -q -i '^=.*device not supported' "$log"; then
        report "$tool" SKIPPED "it does not work here: device not supported"
    elif [ "$status" -eq 77 ] || [ "$errors" -gt 0 ]; then
        report "$tool" FAILED "$errors messages; sanitizer-$tool.log"
    elif [ "$status" -eq 124 ] || [ "$status" -eq 137 ]; then
        report "$tool" passed "cut short after $ran tests and $limit s, no errors until then"
    elif [ "$status" -ne 0 ]; then
        report "$tool" FAILED "status $status, $ran tests passed; sanitizer-$tool.log"
    else
        report "$tool" passed "$ran tests, $((SECONDS - started)) s"
    fi
}

if wanted sanitizer; then
    sanitizer=$(find_sanitizer)
    if [ -z "$sanitizer" ]; then
        report sanitizer SKIPPED "no compute-sanitizer"
    elif [ $built = no ]; then
        report sanitizer FAILED "nothing was built"
    else
        sanitize memcheck exact 50
        sanitize racecheck exact 50
        sanitize synccheck exact 30
        sanitize initcheck unfilled 30
    fi
fi

if wanted timing; then
    if [ $built = yes ]; then
        TAIL=200 step timing 180 "$build/kernel_timing" --json "$json" --commit "$commit" --toolkit "${toolkit:-unknown}" \
            --libraries "$(library_folders | paste -sd:)" ${TIMING_SHAPES:+--shapes "$TIMING_SHAPES"}
    else
        report timing FAILED "nothing was built"
    fi
fi

if wanted peers; then
    if python3 -c 'import torch' 2>/dev/null; then
        PYTHONUNBUFFERED=1 TAIL=60 step peers 200 python3 "$here/peers.py" --json "$json" ${TIMING_SHAPES:+--shapes "$TIMING_SHAPES"}
        grep -q SKIPPED "$output/peers.log" && report peers SKIPPED "in part: $(grep -m 1 SKIPPED "$output/peers.log")"
    else
        report peers SKIPPED "no PyTorch for python3"
    fi
fi

{
    printf '\n%s\n' "$(head -1 "$output/machine.log")"
    printf '%s\n' "${summary[@]}"
    [ -e "$json" ] && echo "timings: $json"
    echo "$failures steps failed; logs in $output"
} | tee "$output/summary.txt"
[ "$failures" -eq 0 ]
