#!/usr/bin/env python3
"""Times what a PyTorch user would do instead of PerNodeDrop's kernels, in the same way as kernel_timing does.

  pytorch-rand     eager, materialised: (rand >= p) / (1 - p), times w, times x, summed; gradients by autograd
  pytorch-dropout  eager, materialised: F.dropout of w expanded over the batch, batched product; gradients by autograd
  triton-rand      a Triton kernel that draws 32 bits a connection by tl.rand
  triton-philox    the same with all four words of every Philox call used

Results are checked against float64 before they are timed. Rows are added to the JSON file that kernel_timing wrote.
"""

import argparse
import json
import os
import statistics
import sys
import traceback

try:
    import torch
except ImportError as missing:
    print(f"SKIPPED: peers need PyTorch: {missing}")
    sys.exit(0)

SHAPES = [(128, 4096, 4096), (1024, 4096, 4096), (128, 2304, 256), (128, 784, 256)]
DROP_RATES = [0.5]  # all of them take as long at any rate
SCRATCH_BYTES = 256 << 20
SPARE = 0.9  # of the free memory
# Tensors of samples x inputs x outputs floats alive at once, at the worst moment of forward and backward.
LIVE_TENSORS = {"pytorch-rand": 7, "pytorch-dropout": 6}


def weights_masked_by_rand(w, samples, p):
    mask = (torch.rand(samples, *w.shape, device=w.device) >= p).float() / (1 - p)
    return w * mask


def weights_masked_by_dropout(w, samples, p):
    return torch.nn.functional.dropout(w.expand(samples, *w.shape), p, training=True)


def product_by_sum(x, masked):
    return (x.unsqueeze(2) * masked).sum(1)


def product_by_batches(x, masked):
    return torch.bmm(x.unsqueeze(1), masked).squeeze(1)


EAGER = {
    "pytorch-rand": (weights_masked_by_rand, product_by_sum),
    "pytorch-dropout": (weights_masked_by_dropout, product_by_batches),
}


def close(result, expected, terms):
    """Within what float32 sums of `terms` (sums of absolute values) may be off: see kernel_timing."""
    return bool(((result.double() - expected).abs() <= 16 * 2.0**-24 * terms + 1e-30).all())


def check_eager(peer, device):
    """One small layer: the masks seen through the weights, the products and gradients against float64."""
    samples, inputs, outputs, p = 3, 37, 29, 0.5
    mask_weights, product = EAGER[peer]
    x = torch.randn(samples, inputs, device=device, requires_grad=True)
    w = torch.randn(inputs, outputs, device=device, requires_grad=True)
    dz = torch.randn(samples, outputs, device=device)
    masked = mask_weights(w, samples, p)
    y = product(x, masked)
    y.backward(dz)
    m = (masked / w).double().round()
    assert set(m.unique().tolist()) == {0.0, 2.0}, "the mask holds 0 and 1 / (1 - p)"
    xd, wd, dzd = x.detach().double(), w.detach().double(), dz.double()
    for name, result, expression, operands in (
            ("forward", y, "bi,iu,biu->bu", (xd, wd)),
            ("dx", x.grad, "bu,iu,biu->bi", (dzd, wd)),
            ("dw", w.grad, "bu,bi,biu->iu", (dzd, xd))):
        expected = torch.einsum(expression, *operands, m)
        terms = torch.einsum(expression, *(operand.abs() for operand in operands), m)
        assert close(result.detach(), expected, terms), f"{peer}: {name} differs from float64"


def triton_operands(layer_pass, x, w, dz):
    """First, second operand and an empty result of a pass."""
    return {"forward": (x, w, torch.empty_like(dz)), "dx": (dz, w, torch.empty_like(x)),
            "dw": (dz, x, torch.empty_like(w))}[layer_pass]


def check_triton(kernels, words, device):
    """The mask seen through one-hot samples, then all three passes against float64 with that mask."""
    samples, inputs, outputs, p, seed = 5, 24, 37, 0.5, 1234
    tile = (4, 8, 32, 4)
    m = torch.zeros(samples, inputs, outputs, dtype=torch.float64, device=device)
    ones = torch.ones(inputs, outputs, device=device)
    for i in range(inputs):
        x = torch.zeros(samples, inputs, device=device)
        x[:, i] = 1.0
        y = torch.full((samples, outputs), float("nan"), device=device)
        kernels.launch("forward", tile, words, x, ones, y, seed, p, samples, inputs, outputs)
        m[:, i, :] = y.double()
    assert set(m.unique().tolist()) == {0.0, 2.0}, "the mask holds 0 and 1 / (1 - p)"
    assert abs((m == 0).double().mean().item() - p) < 5 * 0.5 / m.numel()**0.5, "a share of p is dropped"
    x = torch.randn(samples, inputs, device=device)
    w = torch.randn(inputs, outputs, device=device)
    dz = torch.randn(samples, outputs, device=device)
    for layer_pass, expression in (("forward", "bi,iu,biu->bu"), ("dx", "bu,iu,biu->bi"), ("dw", "bu,bi,biu->iu")):
        first, second, result = triton_operands(layer_pass, x, w, dz)
        result.fill_(float("nan"))
        kernels.launch(layer_pass, tile, words, first, second, result, seed, p, samples, inputs, outputs)
        expected = torch.einsum(expression, first.double(), second.double(), m)
        terms = torch.einsum(expression, first.double().abs(), second.double().abs(), m)
        assert close(result, expected, terms), f"triton, {words} words: {layer_pass} differs from float64"


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

    def time(self, work, seconds=0.5):
        rough = [self.once(work) for _ in range(3)][-1]
        repeats = max(3, min(31, int(seconds * 1e6 / max(rough, 1.0))))
        low, median, high = statistics.quantiles([self.once(work) for _ in range(repeats)], n=4, method="inclusive")
        return {"median_us": median, "low_us": low, "high_us": high, "repeats": repeats}


def row(peer, layer_pass, shape, p, timing, **more):
    samples, inputs, outputs = shape
    rate = samples * inputs * outputs / (timing["median_us"] * 1e-6)
    print(f"{peer:16} {layer_pass:9} {samples:5}x{inputs}x{outputs:<5} p={p:<5} {timing['median_us']:12.1f} us "
          f"{rate:.3g} multiply-adds/s", flush=True)
    return {"kernel": peer, "pass": layer_pass, "samples": samples, "inputs": inputs, "outputs": outputs, "drop_rate": p,
            **timing, "multiply_adds_per_s": rate, **more}


def time_eager(peer, shape, p, timer):
    """Forward, and both gradients together; a batch that memory cannot hold is cut into parts, timed in turn."""
    samples, inputs, outputs = shape
    mask_weights, product = EAGER[peer]
    torch.cuda.empty_cache()
    free = torch.cuda.mem_get_info()[0]
    per_sample = 4 * inputs * outputs * LIVE_TENSORS[peer]
    part = max(1, min(samples, int(SPARE * free) // per_sample))
    parts = -(-samples // part)
    part = -(-samples // parts)
    x = torch.randn(part, inputs, device="cuda", requires_grad=True)
    w = torch.randn(inputs, outputs, device="cuda", requires_grad=True)
    dz = torch.randn(part, outputs, device="cuda")

    def forward():
        return product(x, mask_weights(w, part, p))

    def forward_alone():
        with torch.no_grad():
            forward()

    def both():
        torch.autograd.grad(forward(), (x, w), dz)

    scale = samples / part
    rows = []
    for name, work in (("forward", forward_alone), ("all", both)):
        timing = timer.time(work)
        for value in ("median_us", "low_us", "high_us"):
            timing[value] *= scale
        rows.append(row(peer, name, shape, p, timing, parts=parts))
    return rows


def time_triton(kernels, words, shape, p, timer):
    samples, inputs, outputs = shape
    x = torch.randn(samples, inputs, device="cuda")
    w = torch.randn(inputs, outputs, device="cuda")
    dz = torch.randn(samples, outputs, device="cuda")
    rows = []
    for layer_pass, tiles in kernels.TILES.items():
        first, second, result = triton_operands(layer_pass, x, w, dz)

        def run(tile):
            kernels.launch(layer_pass, tile, words, first, second, result, 1234, p, samples, inputs, outputs)

        rough = {tile: min(timer.once(lambda tile=tile: run(tile)) for _ in range(2)) for tile in tiles}
        best = min(rough, key=rough.get)
        peer = "triton-rand" if words == 1 else "triton-philox"
        rows.append(row(peer, layer_pass, shape, p, timer.time(lambda: run(best)), tile=list(best)))
    return rows


def add_rows(file, rows, versions):
    page = {"rows": []}
    if os.path.exists(file):
        with open(file, encoding="utf-8") as existing:
            page = json.load(existing)
    names = {row["kernel"] for row in rows}
    page["peers"] = versions
    page["rows"] = [old for old in page["rows"] if old["kernel"] not in names] + rows
    head = {name: value for name, value in page.items() if name != "rows"}
    lines = [f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in head.items()]
    body = ",\n    ".join(json.dumps(one) for one in page["rows"])
    with open(file, "w", encoding="utf-8") as out:
        out.write("{\n" + ",\n".join(lines) + f',\n  "rows": [\n    {body}\n  ]\n}}\n')


def three_passes(rows, shape, kernel, p):
    """Microseconds of forward, dx and dw together; None if a row is missing."""
    passes = {row["pass"]: row["median_us"] for row in rows if kernel(row["kernel"]) and row["drop_rate"] == p
              and (row["samples"], row["inputs"], row["outputs"]) == shape}
    if "all" in passes:
        return passes["all"]
    return sum(passes.values()) if {"forward", "dx", "dw"} <= passes.keys() else None


def compare(file):
    """How many times as long as PerNodeDrop's kernels, where kernel_timing has timed them, the peers take at p = 0.5."""
    with open(file, encoding="utf-8") as existing:
        rows = json.load(existing)["rows"]
    for shape in sorted({(row["samples"], row["inputs"], row["outputs"]) for row in rows}):
        ours = three_passes(rows, shape, lambda name: "_one_plane_" in name and "+store" not in name, 0.5)
        for peer in sorted({row["kernel"] for row in rows if row["kernel"].startswith(("pytorch", "triton"))}):
            theirs = three_passes(rows, shape, lambda name, peer=peer: name == peer, 0.5)
            if ours is not None and theirs is not None:
                print(f"{'x'.join(map(str, shape)):16} three passes, p=0.5: PerNodeDrop {ours:.1f} us, {peer} {theirs:.1f} us, "
                      f"{theirs / ours:.1f} times as long")


def triton_or_none():
    try:
        import triton_kernels
        return triton_kernels
    except ImportError as missing:
        print(f"SKIPPED: Triton's kernels: {missing}")
        return None


def parse_shape(text):
    return tuple(int(size) for size in text.split("x"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", default="timings.json", help="file to add the rows to; made if missing")
    parser.add_argument("--shapes", default=",".join("x".join(map(str, shape)) for shape in SHAPES))
    parser.add_argument("--drop-rates", default=",".join(map(str, DROP_RATES)))
    parser.add_argument("--check-only", action="store_true", help="check the peers' results and time nothing")
    options = parser.parse_args()
    torch.manual_seed(1234)
    torch.backends.cuda.matmul.allow_tf32 = False
    device = "cuda" if torch.cuda.is_available() else "cpu"
    interpreted = os.environ.get("TRITON_INTERPRET") == "1"
    kernels = triton_or_none() if device == "cuda" or interpreted else None

    failures = 0
    peers = [(peer, lambda peer=peer: check_eager(peer, device), lambda shape, p, timer, peer=peer:
              time_eager(peer, shape, p, timer)) for peer in EAGER]
    if kernels is not None:
        peers += [(peer, lambda words=words: check_triton(kernels, words, device), lambda shape, p, timer, words=words:
                   time_triton(kernels, words, shape, p, timer))
                  for peer, words in (("triton-rand", 1), ("triton-philox", 4))]
    timed = []
    for peer, check, time in peers:
        try:
            check()
            print(f"{peer}: results agree with float64 on {device}", flush=True)
            timed.append((peer, time))
        except Exception:
            failures += 1
            print(f"{peer}: FAILED its check\n{traceback.format_exc()}", flush=True)
    if options.check_only:
        sys.exit(1 if failures else 0)
    if device != "cuda":
        print("SKIPPED: timings need a CUDA device that PyTorch can see")
        sys.exit(1 if failures else 0)

    timer = Timer()
    rows = []
    versions = {"torch": torch.__version__}
    if kernels is not None:
        versions["triton"] = kernels.triton.__version__
    for shape in map(parse_shape, options.shapes.split(",")):
        for p in map(float, options.drop_rates.split(",")):
            for peer, time in timed:
                try:
                    rows += time(shape, p, timer)
                except Exception:
                    failures += 1
                    print(f"{peer} {shape} p={p}: FAILED\n{traceback.format_exc()}", flush=True)
        # After every shape: what has been measured must not be lost to a time limit.
        add_rows(options.json, rows, versions)
    print(f"{len(rows)} rows added to {options.json}")
    compare(options.json)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
