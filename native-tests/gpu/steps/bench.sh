# The benchmark that users have: layers by all strategies and epochs of training, as lines of JSON and as a page.

# bench_run NAME SECONDS ARGUMENTS...: one call with its results in NAME.jsonl, which the page will tell of even if some
# of them were wrong.
bench_run() {
    local name=$1 limit=$2
    shift 2
    rm -f "$output/$name.jsonl"
    TAIL=60 NOTE="count_bench_results $name" step "$name" "$limit" "$run_java" org.pernodedrop.app.cli.Main bench "$@" \
        --device cuda --commit "$commit" --json "$output/$name.jsonl"
    if [ -s "$output/$name.jsonl" ]; then
        bench_results=$bench_results${bench_results:+,}$output/$name.jsonl
    fi
}

count_bench_results() { echo "$(grep -c -v '"record":"run"' "$output/$1.jsonl") results"; }

# A call a suite: one that takes too long costs its own results only.
step_bench() {
    prepare_java || return
    rm -f "$output/bench.html"
    local suite layers training suites bench_results=""
    read -r -a layers <<<"${BENCH_LAYERS:---seconds 0.1}"
    read -r -a training <<<"${BENCH_TRAINING:---network mlp:2048,2048 --seconds 3}"
    IFS=, read -r -a suites <<<"${BENCH_SUITES:-paper,wide,sequence,growth}"
    for suite in "${suites[@]}"; do
        bench_run "bench-$suite" 200 layers --suite "$suite" "${layers[@]}"
    done
    bench_run bench-training 120 training "${training[@]}"
    [ -z "$bench_results" ] || step bench-report 60 "$run_java" org.pernodedrop.app.cli.Main bench report \
        --json "$bench_results" --html "$output/bench.html"
}
