# Training through the command line, on both devices; RunComparison, among the test classes, judges and sums up.

# train_run NAME SECONDS ARGUMENTS...: one run with its files in train/NAME, beside them what nvidia-smi saw meanwhile and when
# each epoch ended.
train_run() {
    local name=$1 limit=$2 folder=$output/train/$1 smi="" watch
    shift 2
    rm -rf "$folder"
    mkdir -p "$folder"
    if [ -z "${SIMULATED_LIBRARIES:-}" ] && command -v nvidia-smi >/dev/null; then
        nvidia-smi --query-gpu=timestamp,utilization.gpu,memory.used,clocks.sm,power.draw \
            --format=csv,noheader,nounits --loop-ms=100 >"$folder/gpu.csv" 2>/dev/null &
        smi=$!
    fi
    watch_epochs "$folder" &
    watch=$!
    step "train-$name" "$limit" "$run_java" org.pernodedrop.app.cli.Main train \
        --out "$folder" "$@"
    local status=$?
    kill $watch $smi 2>/dev/null
    wait $watch $smi 2>/dev/null
    return $status
}

# Writes down, in nvidia-smi's format, when metrics.csv got another line.
watch_epochs() {
    local lines=0 now
    while sleep 0.02; do
        [ -e "$1/metrics.csv" ] || continue
        now=$(wc -l <"$1/metrics.csv")
        if [ "$now" != "$lines" ]; then
            echo "$(date '+%Y/%m/%d %H:%M:%S.%3N'), $now" >>"$1/epochs.csv"
            lines=$now
        fi
    done
}

# compare FILE RUN...: the runs in train/, the first being what the others are held to.
compare() {
    local file=$1 run runs=()
    shift
    for run in "$@"; do
        runs+=("$run=$output/train/$run")
    done
    TAIL=40 step "$(basename "$file" .json)-comparison" 30 "$run_java" org.pernodedrop.train.RunComparison \
        "$file" "${runs[@]}"
}

# The first 100 steps must agree: 4 epochs of digits have 92.
step_train() {
    prepare_java || return
    local settings=(--data digits --epochs 4 --drop-rate 0.5)
    train_run digits-cpu 60 --device cpu "${settings[@]}" &&
        train_run digits-cuda 200 --device cuda "${settings[@]}" &&
        train_run digits-cuda-no-graphs 200 --device cuda --no-graphs "${settings[@]}" &&
        compare "$output/train.json" digits-cpu digits-cuda digits-cuda-no-graphs
}

# How long an epoch takes on MNIST, or on images of its size.
step_train_timing() {
    prepare_java || return
    local data=${MNIST_FOLDER:-} settings
    if [ -z "$data" ]; then
        data=$build/mnist-like
        report train-timing SKIPPED "MNIST: MNIST_FOLDER names no folder; enlarged digits of the same size instead"
        if [ ! -e "$data/done" ]; then
            "$run_java" org.pernodedrop.data.MnistLikeFiles "$data" "${TIMING_EXAMPLES:-60000}" && touch "$data/done"
        fi || { report train-timing FAILED "no images could be made"; return; }
    fi
    # Java runs in a folder of its own.
    data=$(realpath "$data")
    settings=(--data "idx:$data" --network "${TIMING_NETWORK:-mlp:2048,2048}" --drop-rate 0.5)
    # 100 steps, which must agree as far as those of the network without a mask do. On the GPU they may be the machine's first: kernels are compiled, cuBLAS read.
    train_run mnist-start-cpu 60 --device cpu --epochs 1 --limit 8000 "${settings[@]}" &&
        train_run mnist-start-cuda 90 --device cuda --epochs 1 --limit 8000 "${settings[@]}" &&
        compare "$output/train-start.json" mnist-start-cpu mnist-start-cuda
    train_run mnist-cpu 180 --device cpu --epochs 2 "${settings[@]}" &&
        train_run mnist-cuda 100 --device cuda --epochs "${TIMING_EPOCHS:-30}" "${settings[@]}" &&
        train_run mnist-cuda-no-graphs 80 --device cuda --no-graphs --epochs 5 "${settings[@]}" &&
        compare "$output/train-timing.json" mnist-cpu mnist-cuda mnist-cuda-no-graphs
}
