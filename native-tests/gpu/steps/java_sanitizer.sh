# compute-sanitizer over a training run. It hooks in at the driver and leaves signals to the program, so Java, which
# raises and handles SIGSEGV all the time, runs under it unchanged. The backend checks what every call returns; only
# kernels matter.

# Done if the run wrote its report.
count_training() {
    if grep -a -q 'validation accuracy' "$1"; then
        echo "a training run"
    else
        echo "no whole training run"
        return 1
    fi
}

step_java_sanitizer() {
    local tool
    find_sanitizer || return
    prepare_java || return
    sanitizer_options=(--report-api-errors no)
    for tool in memcheck racecheck synccheck initcheck; do
        # Sizes that fill no tile. Kernels of other layers run under the native sanitizer; this run checks how Java calls them.
        sanitize "java-sanitizer-$tool" "$tool" "${SANITIZER_SECONDS:-130}" count_training \
            "${java_command[@]}" org.pernodedrop.app.cli.Main train --device cuda --epochs 1 --limit 207 \
            --network mlp:65,33 --batch-size 50 --drop-rate 0.3 --out "$output/train/sanitized"
    done
    sanitizer_options=()
}
