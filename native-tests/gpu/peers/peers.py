#!/usr/bin/env python3
"""Times what a PyTorch user would do instead of PerNodeDrop's kernels, in the same way as kernel_timing does.

The layers are those of layers.py and triton_peer.py. Results are checked against float64 before they are timed; what fails
is told, the rest goes on, and the exit status is 1. Rows are added to the JSON file that kernel_timing wrote. When the
time is used up, what is left is named and not timed.
"""

import argparse
import contextlib
import os
import sys
import time
import traceback

try:
    import torch
except ImportError as missing:
    print(f"SKIPPED: peers need PyTorch: {missing}")
    sys.exit(0)

import layers
from timing import Overtime, Timer, add_rows, comparison, limited, row, scaled

SHAPES = "128x4096x4096,1024x4096x4096,128x2304x256,128x784x256"
SEQUENCES = "32x512x1024x4096"
SPARE = 0.8  # of the free memory
PEER_SECONDS = 12  # for one peer and shape
COMPILE_SECONDS = 30


@contextlib.contextmanager
def tf32(allowed):
    torch.backends.cuda.matmul.allow_tf32 = allowed
    try:
        yield
    finally:
        torch.backends.cuda.matmul.allow_tf32 = False


def part_of_batch(samples, bytes_per_sample):
    """How many samples memory holds, and in how many such parts the batch is done."""
    torch.cuda.empty_cache()
    part = max(1, min(samples, int(SPARE * torch.cuda.mem_get_info()[0]) // bytes_per_sample))
    parts = -(-samples // part)
    return -(-samples // parts), parts


def time_layer(peer, layer, rows, w_shape, samples, p, timer, keep, parts=1, dtype=torch.float32, steps=1, graph=False):
    """Forward, and forward with both gradients, of one part of the batch; graph: forward, too, keeps what backward needs."""
    inputs, outputs = w_shape
    part = rows[0]
    x = torch.randn(*rows, inputs, device="cuda", dtype=dtype, requires_grad=True)
    w = torch.randn(inputs, outputs, device="cuda", dtype=dtype, requires_grad=True)
    dz = torch.randn(*rows, outputs, device="cuda", dtype=dtype)

    def forward():
        with torch.set_grad_enabled(graph):
            layer(x, w, p)

    def both():
        torch.autograd.grad(layer(x, w, p), (x, w), dz)

    for name, work in (("forward", forward), ("all", both)):
        timing = scaled(timer.time(work), samples / part)
        keep(row(peer, name, (samples, inputs, outputs), p, timing, steps, parts=parts))


def time_materialized(peer, shape, p, timer, keep):
    samples, inputs, outputs = shape
    layer, tensors = layers.MATERIALIZED[peer]
    part, parts = part_of_batch(samples, 4 * inputs * outputs * tensors)
    time_layer(peer, layer, (part,), (inputs, outputs), samples, p, timer, keep, parts)


def time_compiled(peer, shape, p, timer, keep):
    samples, inputs, outputs = shape
    part, parts = part_of_batch(samples, 4 * inputs * outputs * layers.MATERIALIZED["pytorch-bernoulli"][1])
    layer = layers.compiled()
    begin = time.monotonic()
    x = torch.randn(part, inputs, device="cuda", requires_grad=True)
    w = torch.randn(inputs, outputs, device="cuda", requires_grad=True)
    layer(x, w, p).sum().backward()
    torch.cuda.synchronize()
    print(f"{peer}: compiled in {time.monotonic() - begin:.1f} s", flush=True)
    time_layer(peer, layer, (part,), (inputs, outputs), samples, p, timer, keep, parts, graph=True)


def time_dense_cost(peer, shape, p, timer, keep):
    samples, inputs, outputs = shape
    layer, precision, dtype = layers.DENSE_COST[peer]
    with tf32(precision == "tf32"):
        time_layer(peer, layer, (samples,), (inputs, outputs), samples, p, timer, keep, dtype=dtype)


def time_sequence(peer, shape, p, timer, keep):
    samples, steps, inputs, outputs = shape
    layer = layers.sequence_bernoulli if "bernoulli" in peer else layers.dense
    dtype = torch.bfloat16 if peer.endswith("bf16") else torch.float32
    part, parts = samples, 1
    if layer is layers.sequence_bernoulli:
        part, parts = part_of_batch(samples, torch.finfo(dtype).bits // 8 * (7 * inputs * outputs + 4 * steps * (inputs + outputs)))
    with tf32(peer.endswith("tf32")):
        time_layer(peer, layer, (part, steps), (inputs, outputs), samples, p, timer, keep, parts, dtype, steps)


SEQUENCE_PEERS = [f"pytorch-sequence-{layer}{precision}" for layer in ("dense", "bernoulli") for precision in
                  ("", "-tf32", "-bf16")]


def peers_of(device, p):
    """(name, check, time a shape or None, time a sequence or None), what is cheap to time first."""
    from functools import partial

    def dense_check(name, precision, dtype):
        bound = 2.0**-6 if dtype == torch.bfloat16 else 2.0**-9 if precision == "tf32" else 16 * 2.0**-24
        with tf32(precision == "tf32"):
            layers.check_dense(name, dtype, device, bound)

    all_peers = []
    for name, (layer, precision, dtype) in layers.DENSE_COST.items():
        check = {"pytorch-node-dropout": partial(layers.check_node_dropout, device, p),
                 "pytorch-gaussian-local": partial(layers.check_local, device, p)}.get(
                     name, partial(dense_check, name, precision, dtype))
        all_peers.append((name, check, partial(time_dense_cost, name), None))
    for name in SEQUENCE_PEERS:
        check = partial(layers.check_reference, name, layers.sequence_bernoulli, ("bti", "btu"), layers.bernoulli_mask, p,
                        device, 11) if "bernoulli" in name else lambda: None  # of dense layers: see above
        all_peers.append((name, check, None, partial(time_sequence, name)))
    for name, (layer, _) in layers.MATERIALIZED.items():
        def check(name=name, layer=layer):
            layers.check_seen_mask(name, layer, p, device, name == "pytorch-gaussian")
            if name == "pytorch-bernoulli":
                layers.check_reference(name, layer, ("bi", "bu"), layers.bernoulli_mask, p, device)

        all_peers.append((name, check, partial(time_materialized, name), None))
    try:
        if device == "cuda" or os.environ.get("TRITON_INTERPRET") == "1":
            import triton_peer
            for name in triton_peer.PEERS:
                def time_triton(shape, p, timer, keep, name=name):
                    triton_peer.time_passes(name, shape, p, timer, PEER_SECONDS * 2 / 3, keep)

                all_peers.append((name, partial(triton_peer.check, name, device), time_triton, None))
    except ImportError as missing:
        print(f"SKIPPED: Triton's kernels: {missing}")
    if device == "cuda" and hasattr(torch, "compile"):
        all_peers.append(("pytorch-compiled", lambda: layers.check_seen_mask("pytorch-compiled", layers.compiled(), p, device),
                          partial(time_compiled, "pytorch-compiled"), None))
    return all_peers


def parse_shapes(text):
    return [tuple(int(size) for size in shape.split("x")) for shape in text.split(",") if shape]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", default="timings.json", help="file to add the rows to; made if missing")
    parser.add_argument("--shapes", default=SHAPES, help="BxIxU,...")
    parser.add_argument("--sequences", default=SEQUENCES, help="BxTxIxU,...; a sample's T steps share its mask")
    parser.add_argument("--drop-rate", type=float, default=0.5, help="all peers take as long at any")
    parser.add_argument("--seconds", type=float, default=110, help="after which nothing more is begun")
    parser.add_argument("--check-only", action="store_true", help="check the peers' results and time nothing")
    options = parser.parse_args()
    deadline = time.monotonic() + options.seconds
    torch.manual_seed(1234)
    torch.backends.cuda.matmul.allow_tf32 = False
    device = "cuda" if torch.cuda.is_available() else "cpu"
    failures = 0
    left_out = []
    rows = []

    def attempt(what, seconds, work):
        nonlocal failures
        try:
            with limited(min(seconds, deadline + 5 - time.monotonic())):
                work()
            return True
        except Overtime as late:
            left_out.append(f"{what} ({late})")
        except Exception:
            failures += 1
            # The traceback holds tensors of the frames that it names: only its text is kept.
            print(f"{what}: FAILED\n{traceback.format_exc()}", flush=True)
        return False

    peers = []
    for peer in peers_of(device, options.drop_rate):
        if time.monotonic() > deadline:
            left_out.append(f"{peer[0]}, its check")
        elif attempt(f"{peer[0]}: check", COMPILE_SECONDS, peer[1]):
            print(f"{peer[0]}: checked on {device}", flush=True)
            peers.append(peer)
    if options.check_only or device != "cuda":
        if left_out:
            print(f"SKIPPED: no time for it: {'; '.join(left_out)}")
        if not options.check_only:
            print("SKIPPED: timings need a CUDA device that PyTorch can see")
        sys.exit(1 if failures or left_out else 0)

    timer = Timer()
    versions = {"torch": torch.__version__, "cuda": torch.version.cuda, "device": torch.cuda.get_device_name()}
    with contextlib.suppress(ImportError):
        import triton
        versions["triton"] = triton.__version__
    for column, shapes in ((3, parse_shapes(options.sequences)), (2, parse_shapes(options.shapes))):
        for shape in shapes:
            for peer in peers:
                what = f"{peer[0]} {'x'.join(map(str, shape))}"
                if peer[column] is None:
                    continue
                if time.monotonic() > deadline:
                    left_out.append(what)
                    continue
                attempt(what, COMPILE_SECONDS if peer[0] == "pytorch-compiled" else PEER_SECONDS,
                        lambda: peer[column](shape, options.drop_rate, timer, rows.append))
                torch.cuda.empty_cache()
            # After every shape: what has been measured must not be lost to a time limit.
            add_rows(options.json, rows, versions)
    print(f"{len(rows)} rows added to {options.json}")
    print(comparison(options.json, options.drop_rate))
    if left_out:
        print(f"SKIPPED: no time for it: {'; '.join(left_out)}")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
