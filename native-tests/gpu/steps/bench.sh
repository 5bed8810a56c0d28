# The benchmark that users have: layers by all strategies and epochs of training, as lines of JSON and as a page.

# bench_run NAME SECONDS ARGUMENTS...: one call with its results in NAME.jsonl.
bench_run() {
    local name=$1 limit=$2
    shift 2
    rm -f "$output/$name.jsonl"
    TAIL=60 NOTE="count_bench_results $name" step "$name" "$limit" "$run_java" org.pernodedrop.cli.Main bench "$@" \
        --device cuda --commit "$commit" --json "$output/$name.jsonl" &&
        bench_results=$bench_results${bench_results:+,}$output/$name.jsonl
}

count_bench_results() { echo "$(grep -c -v '"record":"run"' "$output/$1.jsonl") results"; }

step_bench() {
    prepare_java || return
    rm -f "$output/bench.html"
    local layers training bench_results=""
    read -r -a layers <<<"${BENCH_LAYERS:---suite paper,wide,sequence,growth --seconds 0.1}"
    read -r -a training <<<"${BENCH_TRAINING:---hidden 2048,2048 --seconds 3}"
    bench_run bench-layers 400 layers "${layers[@]}"
    bench_run bench-training 120 training "${training[@]}"
    [ -z "$bench_results" ] || step bench-report 60 "$run_java" org.pernodedrop.cli.Main bench report \
        --json "$bench_results" --html "$output/bench.html"
}
