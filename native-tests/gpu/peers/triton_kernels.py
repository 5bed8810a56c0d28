"""A straightforward PerNodeDrop layer in Triton, as a yardstick: every connection's mask from 32 random bits of its own.

forward  y[b,u]  = scale sum_i x[b,i] w[i,u] m[b,i,u]
dx       dx[b,i] = scale sum_u dz[b,u] w[i,u] m[b,i,u]
dw       dw[i,u] = scale sum_b dz[b,u] x[b,i] m[b,i,u]

Two ways of drawing. WORDS = 1: tl.rand, as its documentation suggests, which uses one word of each Philox call. WORDS = 4:
tl.philox with all four words used, for four neighbouring inputs: the best that 32 bits a connection can do.
"""

import triton
import triton.language as tl


@triton.jit
def drawn_words(seed, b, quad, u, outputs):
    """The words of the inputs 4 quad .. 4 quad + 3, each of shape [b, quad, u]."""
    place = quad[None, :, None] * outputs + u[None, None, :] + b[:, None, None] * 0
    sample = b[:, None, None] + place * 0
    return tl.philox(seed, place, sample, place * 0, place * 0)


@triton.jit
def kept_word(words0, words1, words2, words3, j: tl.constexpr, bar):
    """Whether a connection of input 4 quad + j is kept: dropped if its word is below the bar."""
    if j == 0:
        return words0 >= bar
    elif j == 1:
        return words1 >= bar
    elif j == 2:
        return words2 >= bar
    else:
        return words3 >= bar


@triton.jit
def kept_rand(seed, b, i, u, inputs, outputs, drop_rate):
    place = (b[:, None, None].to(tl.int64) * inputs + i[None, :, None]) * outputs + u[None, None, :]
    return tl.rand(seed, place) >= drop_rate


@triton.jit
def load_matrix(matrix, row, column, rows, columns):
    inside = (row[:, None] < rows) & (column[None, :] < columns)
    return tl.load(matrix + row[:, None] * columns + column[None, :], mask=inside, other=0.0)


@triton.jit
def store_matrix(matrix, row, column, rows, columns, values):
    inside = (row[:, None] < rows) & (column[None, :] < columns)
    tl.store(matrix + row[:, None] * columns + column[None, :], values, mask=inside)


@triton.jit
def forward(x, w, y, seed, threshold, drop_rate, scale, samples, inputs, outputs,
            BB: tl.constexpr, BI: tl.constexpr, BU: tl.constexpr, WORDS: tl.constexpr):
    bar = threshold.to(tl.uint32)
    b = tl.program_id(0) * BB + tl.arange(0, BB)
    u = tl.program_id(1) * BU + tl.arange(0, BU)
    sums = tl.zeros((BB, BU), dtype=tl.float32)
    for first in range(0, inputs, BI):
        if WORDS == 1:
            i = first + tl.arange(0, BI)
            xs = load_matrix(x, b, i, samples, inputs)
            ws = load_matrix(w, i, u, inputs, outputs)
            kept = kept_rand(seed, b, i, u, inputs, outputs, drop_rate)
            sums += tl.sum(tl.where(kept, xs[:, :, None] * ws[None, :, :], 0.0), axis=1)
        else:
            quad = first // 4 + tl.arange(0, BI // 4)
            words0, words1, words2, words3 = drawn_words(seed, b, quad, u, outputs)
            for j in tl.static_range(4):
                kept = kept_word(words0, words1, words2, words3, j, bar)
                xs = load_matrix(x, b, quad * 4 + j, samples, inputs)
                ws = load_matrix(w, quad * 4 + j, u, inputs, outputs)
                sums += tl.sum(tl.where(kept, xs[:, :, None] * ws[None, :, :], 0.0), axis=1)
    store_matrix(y, b, u, samples, outputs, sums * scale)


@triton.jit
def backward_input(dz, w, dx, seed, threshold, drop_rate, scale, samples, inputs, outputs,
                   BB: tl.constexpr, BI: tl.constexpr, BU: tl.constexpr, WORDS: tl.constexpr):
    bar = threshold.to(tl.uint32)
    b = tl.program_id(0) * BB + tl.arange(0, BB)
    if WORDS == 1:
        i = tl.program_id(1) * BI + tl.arange(0, BI)
        sums = tl.zeros((BB, BI), dtype=tl.float32)
        for first in range(0, outputs, BU):
            u = first + tl.arange(0, BU)
            dzs = load_matrix(dz, b, u, samples, outputs)
            ws = load_matrix(w, i, u, inputs, outputs)
            kept = kept_rand(seed, b, i, u, inputs, outputs, drop_rate)
            sums += tl.sum(tl.where(kept, dzs[:, None, :] * ws[None, :, :], 0.0), axis=2)
        store_matrix(dx, b, i, samples, inputs, sums * scale)
    else:
        quad = tl.program_id(1) * (BI // 4) + tl.arange(0, BI // 4)
        sums0 = tl.zeros((BB, BI // 4), dtype=tl.float32)
        sums1 = tl.zeros((BB, BI // 4), dtype=tl.float32)
        sums2 = tl.zeros((BB, BI // 4), dtype=tl.float32)
        sums3 = tl.zeros((BB, BI // 4), dtype=tl.float32)
        for first in range(0, outputs, BU):
            u = first + tl.arange(0, BU)
            dzs = load_matrix(dz, b, u, samples, outputs)[:, None, :]
            words0, words1, words2, words3 = drawn_words(seed, b, quad, u, outputs)
            w0 = load_matrix(w, quad * 4, u, inputs, outputs)[None, :, :]
            w1 = load_matrix(w, quad * 4 + 1, u, inputs, outputs)[None, :, :]
            w2 = load_matrix(w, quad * 4 + 2, u, inputs, outputs)[None, :, :]
            w3 = load_matrix(w, quad * 4 + 3, u, inputs, outputs)[None, :, :]
            sums0 += tl.sum(tl.where(words0 >= bar, dzs * w0, 0.0), axis=2)
            sums1 += tl.sum(tl.where(words1 >= bar, dzs * w1, 0.0), axis=2)
            sums2 += tl.sum(tl.where(words2 >= bar, dzs * w2, 0.0), axis=2)
            sums3 += tl.sum(tl.where(words3 >= bar, dzs * w3, 0.0), axis=2)
        store_matrix(dx, b, quad * 4, samples, inputs, sums0 * scale)
        store_matrix(dx, b, quad * 4 + 1, samples, inputs, sums1 * scale)
        store_matrix(dx, b, quad * 4 + 2, samples, inputs, sums2 * scale)
        store_matrix(dx, b, quad * 4 + 3, samples, inputs, sums3 * scale)


@triton.jit
def backward_weight(dz, x, dw, seed, threshold, drop_rate, scale, samples, inputs, outputs,
                    BB: tl.constexpr, BI: tl.constexpr, BU: tl.constexpr, WORDS: tl.constexpr):
    bar = threshold.to(tl.uint32)
    u = tl.program_id(1) * BU + tl.arange(0, BU)
    if WORDS == 1:
        i = tl.program_id(0) * BI + tl.arange(0, BI)
        sums = tl.zeros((BI, BU), dtype=tl.float32)
        for first in range(0, samples, BB):
            b = first + tl.arange(0, BB)
            dzs = load_matrix(dz, b, u, samples, outputs)
            xs = load_matrix(x, b, i, samples, inputs)
            kept = kept_rand(seed, b, i, u, inputs, outputs, drop_rate)
            sums += tl.sum(tl.where(kept, xs[:, :, None] * dzs[:, None, :], 0.0), axis=0)
        store_matrix(dw, i, u, inputs, outputs, sums * scale)
    else:
        quad = tl.program_id(0) * (BI // 4) + tl.arange(0, BI // 4)
        sums0 = tl.zeros((BI // 4, BU), dtype=tl.float32)
        sums1 = tl.zeros((BI // 4, BU), dtype=tl.float32)
        sums2 = tl.zeros((BI // 4, BU), dtype=tl.float32)
        sums3 = tl.zeros((BI // 4, BU), dtype=tl.float32)
        for first in range(0, samples, BB):
            b = first + tl.arange(0, BB)
            dzs = load_matrix(dz, b, u, samples, outputs)[:, None, :]
            words0, words1, words2, words3 = drawn_words(seed, b, quad, u, outputs)
            x0 = load_matrix(x, b, quad * 4, samples, inputs)[:, :, None]
            x1 = load_matrix(x, b, quad * 4 + 1, samples, inputs)[:, :, None]
            x2 = load_matrix(x, b, quad * 4 + 2, samples, inputs)[:, :, None]
            x3 = load_matrix(x, b, quad * 4 + 3, samples, inputs)[:, :, None]
            sums0 += tl.sum(tl.where(words0 >= bar, x0 * dzs, 0.0), axis=0)
            sums1 += tl.sum(tl.where(words1 >= bar, x1 * dzs, 0.0), axis=0)
            sums2 += tl.sum(tl.where(words2 >= bar, x2 * dzs, 0.0), axis=0)
            sums3 += tl.sum(tl.where(words3 >= bar, x3 * dzs, 0.0), axis=0)
        store_matrix(dw, quad * 4, u, inputs, outputs, sums0 * scale)
        store_matrix(dw, quad * 4 + 1, u, inputs, outputs, sums1 * scale)
        store_matrix(dw, quad * 4 + 2, u, inputs, outputs, sums2 * scale)
        store_matrix(dw, quad * 4 + 3, u, inputs, outputs, sums3 * scale)


# Tiles tried, as (BB, BI, BU, warps): the fastest is kept, separately for every shape.
TILES = {
    "forward": [(4, 8, 128, 4), (2, 16, 128, 4), (4, 16, 64, 4), (8, 8, 64, 4)],
    "dx": [(4, 8, 128, 4), (8, 8, 64, 4), (4, 32, 32, 4), (2, 16, 128, 4)],
    "dw": [(4, 8, 128, 4), (8, 8, 64, 4), (2, 16, 128, 4), (1, 32, 128, 4)],
}
KERNELS = {"forward": forward, "dx": backward_input, "dw": backward_weight}


def grid(layer_pass, tile, samples, inputs, outputs):
    bb, bi, bu, _ = tile
    blocks = {
        "forward": (triton.cdiv(samples, bb), triton.cdiv(outputs, bu)),
        "dx": (triton.cdiv(samples, bb), triton.cdiv(inputs, bi)),
        "dw": (triton.cdiv(inputs, bi), triton.cdiv(outputs, bu)),
    }
    return blocks[layer_pass]


def launch(layer_pass, tile, words, first, second, result, seed, drop_rate, samples, inputs, outputs):
    """first, second, result: x, w, y forward; dz, w, dx; dz, x, dw."""
    bb, bi, bu, warps = tile
    KERNELS[layer_pass][grid(layer_pass, tile, samples, inputs, outputs)](
        first, second, result, seed, round(drop_rate * 2**32), drop_rate, 1.0 / (1.0 - drop_rate),
        samples, inputs, outputs, BB=bb, BI=bi, BU=bu, WORDS=words, num_warps=warps)
