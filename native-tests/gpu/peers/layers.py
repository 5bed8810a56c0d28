"""Layers as a PyTorch user writes them, without bias; autograd gives dx and dw. w is [I, U].

  pytorch-bernoulli       torch.bernoulli's mask of all [B, I, U] connections, einsum
  pytorch-dropout         F.dropout of w expanded over the batch, batched product
  pytorch-gaussian        the mask of all connections, N(1, p / (1 - p)), einsum
  pytorch-compiled        pytorch-bernoulli by torch.compile
  pytorch-gaussian-local  local reparameterisation: two products, noise on the output; no mask
  pytorch-node-dropout    a plain layer, nn.Dropout on its output
  pytorch-dense           a plain layer; -tf32, -bf16: its matrix product in that precision
"""

import torch


def bernoulli_mask(samples, w, p):
    keep = torch.full((samples, *w.shape), 1 - p, dtype=w.dtype, device=w.device)
    return torch.bernoulli(keep) / (1 - p)


def bernoulli(x, w, p):
    return torch.einsum("bi,biu->bu", x, bernoulli_mask(x.shape[0], w, p) * w)


def dropout(x, w, p):
    masked = torch.nn.functional.dropout(w.expand(x.shape[0], *w.shape), p, training=True)
    return torch.bmm(x.unsqueeze(1), masked).squeeze(1)


def gaussian(x, w, p):
    mask = 1 + (p / (1 - p))**0.5 * torch.randn(x.shape[0], *w.shape, dtype=w.dtype, device=w.device)
    return torch.einsum("bi,biu->bu", x, mask * w)


def gaussian_local(x, w, p):
    variance = (x * x) @ (w * w) * (p / (1 - p))
    return x @ w + torch.sqrt(variance + 1e-12) * torch.randn_like(variance)


def node_dropout(x, w, p):
    return torch.nn.functional.dropout(x @ w, p, training=True)


def dense(x, w, p):
    return x @ w


def compiled():
    """Nothing learned for another shape: a shape that varies would be compiled for all sizes, which is slower."""
    torch._dynamo.reset()
    return torch.compile(bernoulli, dynamic=False)


def sequence_bernoulli(x, w, p):
    """x is [B, T, I]: a sample's steps share its mask."""
    return torch.bmm(x, bernoulli_mask(x.shape[0], w, p) * w)


# Peer -> (layer, tensors of samples x inputs x outputs floats alive at once in forward and backward).
MATERIALIZED = {"pytorch-bernoulli": (bernoulli, 7), "pytorch-dropout": (dropout, 6), "pytorch-gaussian": (gaussian, 7)}
DENSE_COST = {"pytorch-dense": (dense, None, torch.float32), "pytorch-dense-tf32": (dense, "tf32", torch.float32),
              "pytorch-dense-bf16": (dense, None, torch.bfloat16),
              "pytorch-node-dropout": (node_dropout, None, torch.float32),
              "pytorch-gaussian-local": (gaussian_local, None, torch.float32)}


def close(result, expected, terms, bound=16 * 2.0**-24):
    """Within what sums of `terms` (sums of absolute values) may be off: see kernel_timing."""
    return bool(((result.double() - expected).abs() <= bound * terms + 1e-30).all())


def require(condition, what):
    if not condition:
        raise AssertionError(what)


def gradients(layer, x, w, p, dz):
    x, w = x.clone().requires_grad_(), w.clone().requires_grad_()
    y = layer(x, w, p)
    y.backward(dz)
    return y.detach(), x.grad, w.grad


def check_seen_mask(name, layer, p, device, gaussian_noise=False):
    """Sample b sees input b alone: y / w are factors of the mask, dw must be the same ones, dx[b, b] the sum of y[b]."""
    size, outputs = 37, 53
    x, w = torch.eye(size, device=device), torch.rand(size, outputs, device=device) + 0.5
    y, dx, dw = gradients(layer, x, w, p, torch.ones(size, outputs, device=device))
    m = (y / w).double()
    require(close(dw, m, m.abs()), f"{name}: backward has another mask than forward")
    terms = (m.abs() * w.double()).sum(1)
    require(close(dx.diagonal(), (m * w.double()).sum(1), terms), f"{name}: dx differs from float64")
    if gaussian_noise:
        spread = (p / (1 - p))**0.5
        require(abs(m.mean() - 1) < 6 * spread / m.numel()**0.5, f"{name}: the factors' mean must be 1")
        require(abs(m.std() / spread - 1) < 0.15, f"{name}: the factors' deviation must be {spread}")
        return
    kept = m > 0.5 / (1 - p)
    require(bool(((m - 1 / (1 - p)).abs()[kept] < 1e-5).all() and (m[~kept] == 0).all()),
            f"{name}: the mask holds 0 and 1 / (1 - p)")
    dropped = (~kept).double().mean().item()
    require(abs(dropped - p) < 6 * (p * (1 - p) / m.numel())**0.5, f"{name}: a share of p is dropped, not {dropped}")


def check_reference(name, layer, expression, mask_of, p, device, steps=None):
    """All passes against float64 with the mask that the same seed gives."""
    samples, inputs, outputs = 3, 37, 29
    rows = (samples,) if steps is None else (samples, steps)
    x = torch.randn(*rows, inputs, device=device)
    w = torch.randn(inputs, outputs, device=device)
    dz = torch.randn(*rows, outputs, device=device)
    torch.manual_seed(99)
    m = mask_of(samples, w, p).double()
    torch.manual_seed(99)
    y, dx, dw = gradients(layer, x, w, p, dz)
    xs, us = expression
    for what, got, formula, first, second in (
            ("forward", y, f"{xs},iu,biu->{us}", x, w), ("dx", dx, f"{us},iu,biu->{xs}", dz, w),
            ("dw", dw, f"{us},{xs},biu->iu", dz, x)):
        expected = torch.einsum(formula, first.double(), second.double(), m)
        terms = torch.einsum(formula, first.double().abs(), second.double().abs(), m.abs())
        require(close(got, expected, terms), f"{name}: {what} differs from float64")


def check_local(device, p):
    """Against float64 with the noise that the same seed gives, in which root is the deviation before noise."""
    x, w = torch.randn(5, 37, device=device), torch.randn(37, 29, device=device)
    dz = torch.randn(5, 29, device=device)
    torch.manual_seed(99)
    noise = torch.randn_like(dz).double() * (p / (1 - p))**0.5
    torch.manual_seed(99)
    got = gradients(gaussian_local, x, w, p, dz)
    xd, wd, dzd = x.double(), w.double(), dz.double()
    root = torch.sqrt((xd**2) @ (wd**2))
    through = dzd * noise / root
    for what, result, expected in zip(("forward", "dx", "dw"), got, (
            xd @ wd + noise * root, dzd @ wd.t() + xd * (through @ (wd**2).t()),
            xd.t() @ dzd + wd * ((xd**2).t() @ through))):
        off = (result.double() - expected).abs().max().item() / expected.abs().max().item()
        require(off < 1e-5, f"pytorch-gaussian-local: {what} is {off:.3g} off float64")


def check_dense(name, dtype, device, bound):
    x, w = torch.randn(33, 64, device=device, dtype=dtype), torch.randn(64, 40, device=device, dtype=dtype)
    dz = torch.randn(33, 40, device=device, dtype=dtype)
    y, dx, dw = gradients(dense, x, w, 0.0, dz)
    for what, result, first, second in (("forward", y, x, w), ("dx", dx, dz, w.t()), ("dw", dw, x.t(), dz)):
        first, second = first.double(), second.double()
        require(close(result, first @ second, first.abs() @ second.abs(), bound), f"{name}: {what} differs from float64")


def check_node_dropout(device, p):
    x, w = torch.randn(33, 64, device=device), torch.randn(64, 40, device=device)
    dz = torch.randn(33, 40, device=device)
    y, dx, dw = gradients(node_dropout, x, w, p, dz)
    m = (y != 0).double() / (1 - p)
    xd, wd, dzd = x.double(), w.double(), dz.double() * m
    require(0 < (m == 0).double().mean() < 1, "pytorch-node-dropout: nodes must be dropped, and not all of them")
    for what, result, first, second in (("forward", y, xd, wd), ("dx", dx, dzd, wd.t()), ("dw", dw, xd.t(), dzd)):
        factor = m if what == "forward" else 1.0
        require(close(result, first @ second * factor, first.abs() @ second.abs() * factor),
                f"pytorch-node-dropout: {what} differs from float64")
