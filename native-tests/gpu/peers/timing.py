"""How peers are timed, as kernel_timing does it, and where their rows go."""

import contextlib
import json
import os
import signal
import statistics

import torch

SCRATCH_BYTES = 256 << 20


class Overtime(Exception):
    """A peer's share of the time is used up."""


@contextlib.contextmanager
def limited(seconds):
    """Stops what Python does inside after so long; a compiler that hangs would eat the other peers' time."""
    def stop(*_):
        raise Overtime(f"not done within {seconds:.0f} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.1))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class Timer:
    """Median and quartiles of single runs with a flushed L2 cache, by CUDA events."""

    def __init__(self):
        self.scratch = torch.empty(SCRATCH_BYTES, dtype=torch.uint8, device="cuda")

    def once(self, work):
        begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        self.scratch.zero_()
        begin.record()
        work()
        end.record()
        end.synchronize()
        return begin.elapsed_time(end) * 1000.0

    def time(self, work, seconds=0.3):
        rough = [self.once(work) for _ in range(3)][-1]
        repeats = max(3, min(31, int(seconds * 1e6 / max(rough, 1.0))))
        low, median, high = statistics.quantiles([self.once(work) for _ in range(repeats)], n=4, method="inclusive")
        return {"median_us": median, "low_us": low, "high_us": high, "repeats": repeats}


def scaled(timing, factor):
    """The time of a whole batch, of which one part was timed."""
    return {name: value * factor if name.endswith("_us") else value for name, value in timing.items()}


def row(peer, layer_pass, shape, drop_rate, timing, steps=1, **more):
    """steps: of a sequence, in which all of them share a sample's mask."""
    samples, inputs, outputs = shape
    rate = samples * steps * inputs * outputs / (timing["median_us"] * 1e-6)
    size = "x".join(map(str, (samples, inputs, outputs) if steps == 1 else (samples, steps, inputs, outputs)))
    print(f"{peer:24} {layer_pass:9} {size:18} p={drop_rate:<5g} {timing['median_us']:12.1f} us {rate:10.3g} multiply-adds/s",
          flush=True)
    return {"kernel": peer, "pass": layer_pass, "samples": samples, **({"steps": steps} if steps > 1 else {}),
            "inputs": inputs, "outputs": outputs, "drop_rate": drop_rate, **timing, "multiply_adds_per_s": rate, **more}


def add_rows(file, rows, versions):
    """Adds to the file that kernel_timing wrote, in place of what the peers added before."""
    page = {"rows": []}
    if os.path.exists(file):
        with open(file, encoding="utf-8") as existing:
            page = json.load(existing)
    names = {one["kernel"] for one in rows}
    page["peers"] = versions
    page["rows"] = [old for old in page["rows"] if old["kernel"] not in names] + rows
    head = [f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in page.items() if name != "rows"]
    body = ",\n    ".join(json.dumps(one) for one in page["rows"])
    with open(file + ".new", "w", encoding="utf-8") as out:
        out.write("{\n" + ",\n".join(head) + f',\n  "rows": [\n    {body}\n  ]\n}}\n')
    os.replace(file + ".new", file)


def all_passes(rows, shape, is_kernel, drop_rate):
    """Microseconds of forward, dx and dw together; None if a row is missing."""
    passes = {one["pass"]: one["median_us"] for one in rows if is_kernel(one["kernel"]) and one["drop_rate"] == drop_rate
              and "steps" not in one and (one["samples"], one["inputs"], one["outputs"]) == shape}
    if "all" in passes:
        return passes["all"]
    return sum(passes.values()) if {"forward", "dx", "dw"} <= passes.keys() else None


def comparison(file, drop_rate):
    """A table: how many times as long as PerNodeDrop's kernels, where kernel_timing has timed them, the peers take."""
    with open(file, encoding="utf-8") as existing:
        rows = json.load(existing)["rows"]
    peers = sorted({one["kernel"] for one in rows if one["kernel"].startswith(("pytorch", "triton"))})
    lines = [f"| B x I x U | layer, p = {drop_rate:g} | forward, dx, dw: us | times PerNodeDrop |", "| --- | --- | --- | --- |"]
    for shape in sorted({(one["samples"], one["inputs"], one["outputs"]) for one in rows if "steps" not in one}):
        ours = all_passes(rows, shape, lambda name: "_one_plane_" in name and "+store" not in name, drop_rate)
        size = " x ".join(map(str, shape))
        if ours is not None:
            lines.append(f"| {size} | PerNodeDrop | {ours:.1f} | 1 |")
        for peer in peers:
            theirs = all_passes(rows, shape, lambda name, peer=peer: name == peer, drop_rate)
            if theirs is not None:
                lines.append(f"| {size} | {peer} | {theirs:.1f} | {f'{theirs / ours:.2f}' if ours else ''} |")
    return "\n".join(lines)
