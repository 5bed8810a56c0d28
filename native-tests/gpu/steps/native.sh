# The kernels themselves: tests and timings in C++, which need no Java.

# build_with_cmake PROGRAM...
build_with_cmake() {
    cmake -S "$native" -B "$build" -DPERNODEDROP_GPU=ON -DPERNODEDROP_PTX_DIR="$ptx_folder" \
        ${googletest:+-DGTEST_SOURCE_DIR="$googletest"} \
        ${CURAND_INCLUDE_DIR:+-DCURAND_INCLUDE_DIR="$CURAND_INCLUDE_DIR"} &&
        cmake --build "$build" --target "$@" --parallel "$(nproc)"
}

lower_ptx() { sed -i -e "s/^\.version .*/.version $1/" -e /used_bytes_mask/d "$2"; }

# build_without_cmake PROGRAM...: the same as gpu.cmake, for machines without cmake.
build_without_cmake() {
    local curand="" cuda_include="" folder source flags program
    mkdir -p "$build/ptx" "$build/emulated" || return 1
    while read -r folder; do
        [ -z "$curand" ] && [ -e "$folder/curand_kernel.h" ] && curand=$folder
        [ -z "$cuda_include" ] && [ -e "$folder/cuda_runtime.h" ] && cuda_include=$folder
    done < <(printf '%s\n' "${CURAND_INCLUDE_DIR:-/nowhere}" "${CUDA_HOME:-/nowhere}/include" /usr/local/cuda/include
        python_folders include)
    local kernels=("$native"/tests/*.cu "$here"/{ffma_peak,instruction_rates}.cu) on_host=0 on_gpu=0
    local compile=(nvcc -ptx -O3 -std=c++17 -arch=compute_80 -I "$repository/cuda")
    for source in "${kernels[@]}"; do
        "${compile[@]}" -o "$build/ptx/$(basename "$source" .cu).ptx" "$source" || return 1
        lower_ptx 7.8 "$build/ptx/$(basename "$source" .cu).ptx"
    done
    # Older toolkits do not know ordered metadata.
    if "${compile[@]}" -o "$build/ptx/instruction_rates_ordered.ptx" "$here/instruction_rates_ordered.cu"; then
        lower_ptx 8.5 "$build/ptx/instruction_rates_ordered.ptx"
    else
        rm -f "$build/ptx/instruction_rates_ordered.ptx"
    fi
    rm -f "$build/ptx/curand_comparison.ptx"
    if [ -n "$curand" ] &&
        "${compile[@]}" -isystem "$curand" -o "$build/ptx/curand_comparison.ptx" "$here/curand_comparison.cu"; then
        on_gpu=1
    fi
    flags=(-std=c++17 -O2 -ffp-contract=off -I "$repository/cuda" -I "$native/emulation" -I "$native/device"
        -I "$native/reference" -I "$native/tests"
        "-DPERNODEDROP_PTX_DIR=\"$ptx_folder\""
        "-DPERNODEDROP_PLANS=\"$repository/src/test/resources/org/pernodedrop/kernels/cuda\""
        "-DPERNODEDROP_PTX_FOLDERS=\"$ptx_folder:$build/ptx\""
        "-DKNOWN_ANSWERS=\"$repository/src/test/resources/org/pernodedrop/mask\"")
    local device=("$native"/device/{connection,cuda_driver,cuda_kernels,device_cuda,kernel_facts,ptx_kernels,multi_position}.cpp)
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
    for program in "$@"; do
        case $program in
            instruction_rates)
                for source in "$here"/instruction_rates{,_ordered}.cu "$here/sparse_emulation.cpp" "$native"/emulation/*.cpp; do
                    g++ "${flags[@]}" -Wno-unknown-pragmas -x c++ -c -o "$build/emulated/$(basename "$source").o" \
                        "$source" || return 1
                done
                g++ "${flags[@]}" -o "$build/instruction_rates" "$here"/{instruction_rates,clocks}.cpp \
                    "$native"/reference/{mask,philox}.cpp "${device[@]}" "$build"/emulated/*.o -pthread -ldl ;;
            kernel_timing)
                g++ "${flags[@]}" -o "$build/kernel_timing" \
                    "$here"/{kernel_timing,clocks,connection_timing,cublas,cuda_timer,layer_operands,plans,step_graph,timing_results}.cpp \
                    "$native"/reference/*.cpp "${device[@]}" -pthread -ldl ;;
            multi_position_timing)
                g++ "${flags[@]}" -o "$build/multi_position_timing" \
                    "$here"/{multi_position_timing,clocks,cublas,cuda_timer,layer_operands,plans}.cpp \
                    "$native"/reference/*.cpp "${device[@]}" -pthread -ldl ;;
            gpu_tests)
                g++ "${flags[@]}" -o "$build/gpu_tests" "${device[@]}" "${test_sources[@]}" -pthread -ldl ;;
        esac || return 1
    done
}

# ensure_built PROGRAM: builds it, once a call.
declare -A built=()
ensure_built() {
    local program=$1 caller=$group way=build_without_cmake
    if [ -z "${built[$program]:-}" ]; then
        command -v cmake >/dev/null && way=build_with_cmake
        export -f build_with_cmake build_without_cmake lower_ptx python_folders
        export native repository here build ptx_folder googletest python
        built[$program]=no
        # Each call of check.sh reports its own builds.
        [ ${#built[@]} -gt 1 ] || begin build
        group=build
        TAIL=5 step "build-$program" 240 bash -c "$way $program" && built[$program]=yes
        [ "${built[$program]}" = yes ] || grep -m 5 -n 'error' "$output/build-$program.log"
        group=$caller
    fi
    [ "${built[$program]}" = yes ] && return
    report "$group" FAILED "$program was not built"
    return 1
}

step_rates() {
    ensure_built instruction_rates || return
    TAIL=60 step rates 60 "$build/instruction_rates" --json "$output/instruction-rates.json" --commit "$commit" \
        --toolkit "${toolkit:-unknown}"
}

# The kernels of layers with one position, on sparse tensor cores and not; all tests are more than there is time for.
connection_tests='*Connection*:*Sparse*'

step_connection_tests() {
    ensure_built gpu_tests || return
    step connection-tests 120 "$build/gpu_tests" --gtest_brief=1 --gtest_filter="$connection_tests"
}

step_tests() {
    ensure_built gpu_tests || return
    step tests 240 "$build/gpu_tests" --gtest_brief=1
    # What was skipped is part of the result.
    while read -r why; do
        report tests SKIPPED "$why"
    done < <(grep -a -A1 ': Skipped$' "$output/tests.log" | grep -a -v -e ': Skipped$' -e '^--' | sort -u)
}

step_kernels() {
    if command -v ptxas >/dev/null; then
        TAIL=200 step kernels 120 bash "$here/kernel_table.sh" "sm_$capability" "$output/cubins" "$ptx_folder"/*.ptx
        rm -rf "$output/cubins"
    else
        report kernels SKIPPED "no ptxas"
    fi
}

count_native_tests() {
    local ran
    ran=$(grep -a -c -E '^\[ +OK \]' "$1")
    echo "$ran tests"
    [ "$ran" -gt 0 ]
}

step_sanitizer() {
    # Only some of the tests are small enough; tests that write past arrays on purpose are not for it.
    local filter=${SANITIZER_FILTER:-*-Device*:*Statistics*} tool memory limit
    find_sanitizer || return
    ensure_built gpu_tests || return
    while read -r tool memory limit; do
        sanitize "sanitizer-$tool" "$tool" "$limit" count_native_tests env "PERNODEDROP_MEMORY=$memory" \
            "PERNODEDROP_SHAPE_STEP=${SANITIZER_SHAPE_STEP:-97}" "$build/gpu_tests" --gtest_filter="$filter"
    done <<<"memcheck exact 50
racecheck exact 50
synccheck exact 30
initcheck unfilled 30"
}

step_timing() {
    local shapes=${TIMING_SHAPES:-}
    # The largest layer of one position and the smallest, where there is little time.
    [ -n "$shapes" ] || [ "$first" = no ] || shapes=128x4096x4096,128x2304x256
    ensure_built kernel_timing || return
    TAIL=200 step timing 180 "$build/kernel_timing" --json "$json" --commit "$commit" --toolkit "${toolkit:-unknown}" \
        --libraries "$(library_folders | paste -sd:)" ${shapes:+--shapes "$shapes"} \
        ${TIMING_PLANS:+--plans "$TIMING_PLANS"}
}

step_sequences() {
    ensure_built multi_position_timing || return
    TAIL=200 step multi-position-timing 180 "$build/multi_position_timing" --json "$output/multi-position-timings.json" \
        --commit "$commit" --libraries "$(library_folders | paste -sd:)" \
        ${MULTI_POSITION_SHAPES:+--shapes "$MULTI_POSITION_SHAPES"} ${TIMING_PLANS:+--plans "$TIMING_PLANS"}
}

step_peers() {
    local shapes=${TIMING_SHAPES:-} limit=110 left
    # Where there is little time, the layer that all are compared at.
    [ "$first" = no ] || { shapes=${shapes:-128x4096x4096} limit=60; }
    left=$(($(remaining) - 30))
    if "$python" -c 'import torch' 2>/dev/null; then
        PYTHONUNBUFFERED=1 TAIL=90 step peers 150 "$python" "$here/peers/peers.py" --json "$json" \
            --seconds $((left < limit ? left : limit)) ${shapes:+--shapes "$shapes"}
        grep -q SKIPPED "$output/peers.log" && report peers SKIPPED "in part: $(grep -m 1 SKIPPED "$output/peers.log")"
    else
        report peers SKIPPED "no PyTorch for $python; PYTHON may name one that has it"
    fi
}
