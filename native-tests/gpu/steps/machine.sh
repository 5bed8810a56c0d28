# What the machine has. All temporary files and caches go below the build folder.
json=$output/timings.json
python=${PYTHON:-python3}
export TMPDIR=$build/tmp CUDA_CACHE_PATH=$build/cuda-cache TRITON_CACHE_DIR=$build/triton-cache
export XDG_CACHE_HOME=$build/cache PYTHONDONTWRITEBYTECODE=1

for folder in "${CUDA_HOME:-}" "${CUDA_PATH:-}" /usr/local/cuda; do
    [ -n "$folder" ] && [ -d "$folder/bin" ] && PATH=$PATH:$folder/bin
done

if [ -e "$repository/COMMIT" ]; then
    commit=$(cat "$repository/COMMIT")
else
    commit=$(git -C "$repository" rev-parse HEAD 2>/dev/null || echo unknown)
    if [ -n "$(git -C "$repository" status --porcelain --untracked-files=no 2>/dev/null)" ]; then
        commit="$commit, changed"
    fi
fi
commit=${COMMIT:-$commit}
toolkit=$(nvcc --version 2>/dev/null | sed -n 's/.*release \([0-9.]*\), \(V[0-9.]*\).*/\1 (\2)/p')
gpu=$(nvidia-smi --query-gpu=name,driver_version --format=csv,noheader 2>/dev/null | head -1)
capability=$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader 2>/dev/null | head -1 | tr -d '. ')
case $capability in '' | *[!0-9]*) capability=90 ;; esac

describe_machine() {
    {
        date -u
        uname -sr
        echo "commit: $commit"
        echo "toolkit: ${toolkit:-no nvcc}"
        nvidia-smi 2>&1
        nvidia-smi --query-gpu=name,driver_version,clocks.sm,clocks.max.sm,clocks.mem,power.limit,temperature.gpu \
            --format=csv 2>&1
        nproc
        grep -m 1 'model name' /proc/cpuinfo
        g++ --version 2>&1 | head -1
        cmake --version 2>&1 | head -1
        "$python" --version 2>&1
        ldd --version 2>&1 | head -1
    } >"$output/machine.log"
    head -4 "$output/machine.log"
}

# The committed PTX; a bundle has it packed.
ptx_folder=${PTX_FOLDER:-$repository/src/main/resources/org/pernodedrop/kernels/cuda}
if [ -z "${PTX_FOLDER:-}" ] && [ -e "$repository/ptx.tar.gz" ]; then
    ptx_folder=$build/committed-ptx
    rm -rf "$ptx_folder"
    mkdir -p "$ptx_folder"
    tar -C "$ptx_folder" -xzf "$repository/ptx.tar.gz" || exit 2
fi

googletest=""
for folder in "${GTEST_SOURCE_DIR:-}" "$native/googletest" /usr/src/googletest; do
    if [ -z "$googletest" ] && [ -n "$folder" ] && [ -e "$folder/googletest/src/gtest-all.cc" ]; then
        googletest=$folder
    fi
done

# Folders of NVIDIA's Python packages: SUBFOLDER is include or lib.
python_folders() {
    "$python" - "$1" 2>/dev/null <<'PYTHON'
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
