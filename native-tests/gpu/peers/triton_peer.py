"""Checks and times the kernels of triton_kernels.py.

  triton-rand     32 bits a connection by tl.rand, the mask redrawn in backward
  triton-philox   the same with all four words of every Philox call used
"""

import time

import torch

import triton_kernels as kernels
from layers import close, require
from timing import row

PEERS = {"triton-rand": 1, "triton-philox": 4}


def operands(layer_pass, x, w, dz):
    """First, second operand and an empty result of a pass."""
    return {"forward": (x, w, torch.empty_like(dz)), "dx": (dz, w, torch.empty_like(x)),
            "dw": (dz, x, torch.empty_like(w))}[layer_pass]


def check(peer, device, p=0.5):
    """The mask seen through one-hot samples, then all three passes against float64 with that mask."""
    words = PEERS[peer]
    samples, inputs, outputs, seed = 5, 24, 37, 1234
    tile = (4, 8, 32, 4)
    m = torch.zeros(samples, inputs, outputs, dtype=torch.float64, device=device)
    ones = torch.ones(inputs, outputs, device=device)
    for i in range(inputs):
        x = torch.zeros(samples, inputs, device=device)
        x[:, i] = 1.0
        y = torch.full((samples, outputs), float("nan"), device=device)
        kernels.launch("forward", tile, words, x, ones, y, seed, p, samples, inputs, outputs)
        m[:, i, :] = y.double()
    require(set(m.unique().tolist()) == {0.0, 2.0}, f"{peer}: the mask holds 0 and 1 / (1 - p)")
    require(abs((m == 0).double().mean().item() - p) < 5 * 0.5 / m.numel()**0.5, f"{peer}: a share of p is dropped")
    x = torch.randn(samples, inputs, device=device)
    w = torch.randn(inputs, outputs, device=device)
    dz = torch.randn(samples, outputs, device=device)
    for layer_pass, expression in (("forward", "bi,iu,biu->bu"), ("dx", "bu,iu,biu->bi"), ("dw", "bu,bi,biu->iu")):
        first, second, result = operands(layer_pass, x, w, dz)
        result.fill_(float("nan"))
        kernels.launch(layer_pass, tile, words, first, second, result, seed, p, samples, inputs, outputs)
        expected = torch.einsum(expression, first.double(), second.double(), m)
        terms = torch.einsum(expression, first.double().abs(), second.double().abs(), m)
        require(close(result, expected, terms), f"{peer}: {layer_pass} differs from float64")


def time_passes(peer, shape, p, timer, seconds, keep):
    """Each pass with the fastest of its tiles; as many are tried as a third of the time allows."""
    samples, inputs, outputs = shape
    x = torch.randn(samples, inputs, device="cuda")
    w = torch.randn(inputs, outputs, device="cuda")
    dz = torch.randn(samples, outputs, device="cuda")
    for layer_pass, tiles in kernels.TILES.items():
        first, second, result = operands(layer_pass, x, w, dz)

        def run(tile):
            kernels.launch(layer_pass, tile, PEERS[peer], first, second, result, 1234, p, samples, inputs, outputs)

        end = time.monotonic() + seconds / 3
        rough = {}
        for tile in tiles:
            if rough and time.monotonic() > end:
                break
            rough[tile] = min(timer.once(lambda: run(tile)) for _ in range(2))
        best = min(rough, key=rough.get)
        keep(row(peer, layer_pass, shape, p, timer.time(lambda: run(best)), tile=list(best), tiles_tried=len(rough)))
