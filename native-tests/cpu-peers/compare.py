#!/usr/bin/env python3
"""Times PerNodeDrop's layer on a CPU beside what plain PyTorch can do, in turn, each measurement in a process of its own.

    compare.py [--java JAVA] [--rounds N] [--seconds S] [--json FILE] CLASSPATH
    compare.py --table FILE                                   the table of a FILE that was written before

CLASSPATH: the program's jar (target/pernodedrop-VERSION-cli.jar), or its classes and libraries. Times are milliseconds of
forward and backward with dx, dw, db, bias and ReLU. Every layer is checked against float64 before it is timed. A ratio is
taken within a round, as other work on the machine comes and goes. Exit status 1 if anything was wrong.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
MIN_REPETITIONS = 5
STRATEGIES = {"bernoulli": "fused,packed", "gaussian": "fused,reparameterized"}
MODULES = ["--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"]


def numbers(text):
    return [float(part) for part in text.split(",")]


def time_one(name, shape, drop_rates, threads, seconds):
    """In a process of its own: a row for each drop rate."""
    import torch

    import layers
    noise, make, threaded = layers.LAYERS[name]
    samples, inputs, outputs = map(int, shape.split("x"))
    torch.set_num_threads(1 if threaded else threads)
    for drop_rate in drop_rates:
        layers.check(name, drop_rate)
        layer = make(drop_rate, threads)
        x = torch.randn(samples, inputs, requires_grad=True)
        w = (torch.randn(inputs, outputs) * (2 / (inputs + outputs))**0.5).requires_grad_()
        bias = torch.zeros(outputs, requires_grad=True)
        dy = torch.randn(samples, outputs)

        def step():
            x.grad = w.grad = bias.grad = None
            begin = time.perf_counter()
            y = layer(x, w, bias)
            middle = time.perf_counter()
            y.backward(dy)
            return middle - begin, time.perf_counter() - middle

        warm = time.perf_counter() + seconds / 2
        while True:
            step()
            if time.perf_counter() > warm:
                break
        end = time.perf_counter() + seconds
        times = []
        while len(times) < MIN_REPETITIONS or time.perf_counter() < end:
            times.append(step())
        print(json.dumps({
            "kind": name, "library": "torch " + torch.__version__, "noise": noise, "B": samples, "I": inputs, "U": outputs,
            "drop_rate": drop_rate, "effective_drop_rate": layer.effective_drop_rate, "threads": threads,
            "forward_ms": round(1e3 * statistics.median(f for f, _ in times), 4),
            "backward_ms": round(1e3 * statistics.median(b for _, b in times), 4),
            "total_ms": round(1e3 * statistics.median(f + b for f, b in times), 4), "repeats": len(times)}))


def run(command, environment=None):
    """The JSON rows that a command prints; raises what it said if it failed."""
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise RuntimeError(f"status {done.returncode}: {(done.stderr or done.stdout).strip()[-2000:]}")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def ours(options, shape):
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "bench.jsonl")
        command = [options.java, *MODULES, "-cp", options.classpath, "org.pernodedrop.app.cli.Main", "bench", "layers",
                   "--threads", str(options.threads), "--shapes", shape, "--drop-rates", options.drop_rates, "--noise",
                   options.noise, "--strategies", STRATEGIES[options.noise], "--seconds", str(options.seconds), "--json", file]
        run(command)
        with open(file, encoding="utf-8") as rows:
            return [{"kind": "auto" if row["strategy"] == automatic(row) else row["strategy"], "library": "PerNodeDrop",
                     "total_ms": row["total_us"] / 1e3, **row}
                    for row in map(json.loads, rows) if row["record"] == "layer"]


def automatic(row):
    """What AUTO takes where bits have room: docs/strategies.md."""
    return "packed" if row["noise"] == "bernoulli" and row["planes"] >= 3 else "fused"


def theirs(options, shape, name):
    environment = dict(os.environ, OMP_NUM_THREADS=str(options.threads), OPENBLAS_NUM_THREADS=str(options.threads),
                       PYTHONDONTWRITEBYTECODE="1")
    command = [sys.executable, os.path.abspath(__file__), "--one", name, "--shapes", shape, "--drop-rates",
               options.drop_rates, "--threads", str(options.threads), "--seconds", str(options.seconds)]
    return run(command, environment)


def describe(options):
    import torch
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), "unknown")
    java = subprocess.run([options.java, "-version"], capture_output=True, text=True).stderr.splitlines()
    commit = subprocess.run(["git", "-C", HERE, "describe", "--always", "--dirty", "--abbrev=40"], capture_output=True,
                            text=True).stdout.strip()
    return {"kind": "machine", "processor": model, "cores": os.cpu_count(), "system": platform.platform(),
            "java": java[0] if java else "unknown", "torch": torch.__version__, "commit": commit or "unknown",
            "date": time.strftime("%Y-%m-%d", time.gmtime()),
            "command": " ".join(["compare.py", "--noise", options.noise, "--drop-rates", options.drop_rates, "--shapes",
                                 options.shapes, "--rounds", str(options.rounds), "--seconds", str(options.seconds)])}


def measure(options, keep):
    """All rounds; what fails is told and counted, and the rest goes on."""
    import layers
    names = [name for name, (noise, _, _) in layers.LAYERS.items() if noise in (options.noise, "none")]
    failures = 0
    for turn in range(options.rounds):
        for shape in options.shapes.split(","):
            for what, work in [("PerNodeDrop", lambda: ours(options, shape)),
                               *((name, lambda name=name: theirs(options, shape, name)) for name in names)]:
                try:
                    for row in work():
                        keep({**row, "round": turn})
                except Exception as failure:
                    failures += 1
                    print(f"FAILED: {what} {shape}: {failure}", file=sys.stderr, flush=True)
    return failures


def table(rows, noise):
    """Medians over the rounds; how many times as long as PerNodeDrop the quickest peer of each round takes."""
    lines = ["| B x I x U | p | layer | total ms | of rounds | times PerNodeDrop |", "| --- | --- | --- | --- | --- | --- |"]
    cells = {}
    for row in rows:
        if "total_ms" not in row:
            continue
        layer = row["kind"] if row["library"] != "PerNodeDrop" else "PerNodeDrop" + {
            "auto": ""}.get(row["kind"], ", " + row["kind"])
        cell = (row["B"], row["I"], row["U"], row["drop_rate"])
        cells.setdefault(cell, {}).setdefault(layer, {})[row["round"]] = row
    for (samples, inputs, outputs, p), kinds in cells.items():
        own = kinds.get("PerNodeDrop", {})
        where = f"{samples} x {inputs} x {outputs} | {p:g}"

        def ratio(times):
            common = [times[turn] / own[turn]["total_ms"] for turn in times if turn in own]
            return "" if not common else f"{statistics.median(common):.2f}" + (
                f" ({min(common):.2f} to {max(common):.2f})" if len(common) > 1 else "")

        best = {}
        for layer, rounds in kinds.items():
            times = {turn: row["total_ms"] for turn, row in rounds.items()}
            if not layer.startswith("PerNodeDrop") and next(iter(rounds.values()))["noise"] == noise:
                # With the same law of the mask itself: local reparameterisation has only that of the output.
                if layer != "gauss-local":
                    best = {turn: min(value, best.get(turn, value)) for turn, value in times.items()}
            lines.append(f"| {where} | {layer} | {statistics.median(times.values()):.2f} | "
                         f"{', '.join(f'{value:.2f}' for value in times.values())} | {ratio(times)} |")
        lines.append(f"| {where} | **quickest peer of each round** | | | **{ratio(best)}** |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("classpath", nargs="?", metavar="CLASSPATH")
    parser.add_argument("--java", default=os.path.join(os.environ["JAVA_HOME"], "bin/java") if "JAVA_HOME" in os.environ
                        else "java")
    parser.add_argument("--shapes", default="128x784x256,128x2304x256,64x1024x1024")
    parser.add_argument("--drop-rates", default="0.3,0.5")
    parser.add_argument("--noise", default="bernoulli", choices=["bernoulli", "gaussian"])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=0.6, help="of timing a layer and a drop rate")
    parser.add_argument("--json", default="cpu-peers.jsonl", help="where to write the rows, one object a line")
    parser.add_argument("--one", metavar="LAYER", help="only this layer of PyTorch, once, in this process")
    parser.add_argument("--table", metavar="FILE", help="measure nothing: the table of this file")
    options = parser.parse_args()
    if options.one:
        time_one(options.one, options.shapes, numbers(options.drop_rates), options.threads, options.seconds)
        return
    if options.table:
        with open(options.table, encoding="utf-8") as file:
            print(table([json.loads(line) for line in file], options.noise))
        return
    if not options.classpath:
        parser.error("CLASSPATH is needed: the program's jar, or its classes and libraries")
    rows = [describe(options)]
    with open(options.json, "w", encoding="utf-8") as file:
        def keep(row):
            rows.append(row)
            file.write(json.dumps(row) + "\n")
            file.flush()
            print(f"{row['round']} {row['library']:14} {row['kind']:15} {row['B']}x{row['I']}x{row['U']} p={row['drop_rate']} "
                  f"{row['total_ms']:.2f} ms", file=sys.stderr, flush=True)

        file.write(json.dumps(rows[0]) + "\n")
        failures = measure(options, keep)
    print(json.dumps(rows[0]))
    print(table(rows, options.noise))
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
