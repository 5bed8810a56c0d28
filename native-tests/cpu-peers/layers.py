"""What a PyTorch user can write instead of PerNodeDrop's layer on a CPU: each with bias and ReLU, forward and backward.

A layer is made for one drop rate and is called with x [B, I], w [I, U] and bias [U]; autograd gives dx, dw and db.

  byte-threads    a random byte a connection, sample by sample, samples shared out to Python threads; hand-written backward
  bytes           the same on one Python thread, PyTorch's own threads inside
  materialized    uniforms for all [B, I, U] connections at once, batched product, autograd
  gauss-material  the same with Gaussian noise
  gauss-threads   Gaussian noise as in byte-threads, redrawn in backward
  gauss-local     Gaussian noise by local reparameterisation: two products, noise on the output; exports no mask
  dense           no mask
"""

from concurrent.futures import ThreadPoolExecutor

import torch


def byte_bar(drop_rate):
    """Connections whose byte is below it are dropped: the rate is a multiple of 1/256."""
    return round(drop_rate * 256)


class ByteMask:
    """Kept connections, one byte each, eight to a 64-bit word; kept for backward."""

    def __init__(self, drop_rate):
        self.bar = byte_bar(drop_rate)
        self.effective_drop_rate = self.bar / 256
        self.scale = 1 / (1 - self.effective_drop_rate)
        self.stored = True

    def draw(self, inputs, outputs, generator):
        words = torch.empty((inputs * outputs + 7) // 8, dtype=torch.int64).random_(-(2**63), None, generator=generator)
        return words.view(torch.uint8)[:inputs * outputs].view(inputs, outputs)

    def factors(self, drawn, into):
        return into.copy_(drawn).ge_(self.bar)


class GaussianMask:
    """Factors of mean 1 and variance p / (1 - p), redrawn in backward: they take four bytes each."""

    def __init__(self, drop_rate):
        self.deviation = (drop_rate / (1 - drop_rate))**0.5
        self.effective_drop_rate = drop_rate
        self.scale = 1.0
        self.stored = False

    def draw(self, inputs, outputs, generator):
        return torch.empty(inputs, outputs).normal_(1.0, self.deviation, generator=generator)

    def factors(self, drawn, into):
        return drawn


class PerSample:
    """One sample at a time, so that a mask stays in the cache."""

    def __init__(self, mask, threads):
        self.mask = mask
        self.effective_drop_rate = mask.effective_drop_rate
        self.threads = threads
        self.pool = ThreadPoolExecutor(threads) if threads > 1 else None
        self.step = 0

    def spans(self, samples):
        size = -(-samples // self.threads)
        return [range(first, min(first + size, samples)) for first in range(0, samples, size)]

    def each(self, work, *arguments):
        return list((self.pool.map if self.pool else map)(work, *arguments))

    def __call__(self, x, w, bias):
        self.step += 1
        return torch.relu(PerSampleProduct.apply(x, w, self) + bias)

    def generator(self, span):
        return torch.Generator().manual_seed(self.step * 1_000_003 + span.start)


class PerSampleProduct(torch.autograd.Function):
    @staticmethod
    def forward(context, x, w, layer):
        y = torch.empty(x.shape[0], w.shape[1])
        spans = layer.spans(x.shape[0])
        mask = layer.mask

        @torch.no_grad()  # a matter of each thread
        def work(span):
            generator = layer.generator(span)
            kept, factors, masked = [], torch.empty_like(w), torch.empty_like(w)
            for b in span:
                drawn = mask.draw(*w.shape, generator)
                torch.mul(mask.factors(drawn, factors), w, out=masked)
                torch.mv(masked.t(), x[b], out=y[b])
                if mask.stored:
                    kept.append(drawn)
            return kept

        context.drawn = layer.each(work, spans)
        context.layer, context.spans = layer, spans
        context.save_for_backward(x, w)
        return y.mul_(mask.scale)

    @staticmethod
    def backward(context, dz):
        x, w = context.saved_tensors
        layer, mask = context.layer, context.layer.mask
        dx = torch.empty_like(x)
        scaled = dz * mask.scale

        @torch.no_grad()
        def work(span, kept):
            generator = layer.generator(span)
            dw, factors, masked = torch.zeros_like(w), torch.empty_like(w), torch.empty_like(w)
            for k, b in enumerate(span):
                drawn = kept[k] if mask.stored else mask.draw(*w.shape, generator)
                now = mask.factors(drawn, factors)
                torch.mul(now, w, out=masked)
                torch.mv(masked, scaled[b], out=dx[b])
                dw.addcmul_(now.mul_(scaled[b]), x[b].unsqueeze(1))
            return dw

        parts = layer.each(work, context.spans, context.drawn)
        for part in parts[1:]:
            parts[0].add_(part)
        return dx, parts[0], None


class Materialized:
    def __init__(self, drop_rate, gaussian):
        self.effective_drop_rate = drop_rate
        self.gaussian = gaussian

    def mask(self, samples, w):
        p = self.effective_drop_rate
        shape = (samples, *w.shape)
        return torch.normal(1.0, (p / (1 - p))**0.5, shape) if self.gaussian else (torch.rand(shape) >= p) / (1 - p)

    def __call__(self, x, w, bias):
        return torch.relu(torch.einsum("bi,biu->bu", x, self.mask(x.shape[0], w) * w) + bias)


class LocalReparameterization:
    def __init__(self, drop_rate):
        self.effective_drop_rate = drop_rate

    def __call__(self, x, w, bias):
        variance = (x * x) @ (w * w) * (self.effective_drop_rate / (1 - self.effective_drop_rate))
        return torch.relu(x @ w + torch.sqrt(variance + 1e-12) * torch.randn_like(variance) + bias)


class Dense:
    effective_drop_rate = 0.0

    def __call__(self, x, w, bias):
        return torch.relu(torch.addmm(bias, x, w))


# Name -> (noise, layer of (drop rate, threads), whether Python's threads stand in for PyTorch's).
LAYERS = {
    "byte-threads": ("bernoulli", lambda p, threads: PerSample(ByteMask(p), threads), True),
    "bytes": ("bernoulli", lambda p, threads: PerSample(ByteMask(p), 1), False),
    "materialized": ("bernoulli", lambda p, threads: Materialized(p, False), False),
    "gauss-material": ("gaussian", lambda p, threads: Materialized(p, True), False),
    "gauss-threads": ("gaussian", lambda p, threads: PerSample(GaussianMask(p), threads), True),
    "gauss-local": ("gaussian", lambda p, threads: LocalReparameterization(p), False),
    "dense": ("none", lambda p, threads: Dense(), False),
}


def check(name, drop_rate):
    """Holds a per-sample layer to float64 with the masks that it drew, and every layer's gradients to its own output."""
    samples, inputs, outputs = 7, 13, 29
    noise, make, threaded = LAYERS[name]
    layer = make(drop_rate, 2)
    x = torch.randn(samples, inputs, requires_grad=True)
    w = torch.randn(inputs, outputs, requires_grad=True)
    bias = torch.randn(outputs, requires_grad=True)
    dy = torch.randn(samples, outputs)
    torch.manual_seed(5)
    y = layer(x, w, bias)
    y.backward(dy)
    xd, wd = x.detach().double(), w.detach().double()
    local = None
    if isinstance(layer, PerSample):
        m = torch.empty(samples, inputs, outputs)
        for span in layer.spans(samples):
            generator = layer.generator(span)
            for b in span:
                m[b] = layer.mask.factors(layer.mask.draw(inputs, outputs, generator), m[b].clone()) * layer.mask.scale
    else:
        torch.manual_seed(5)
        m = layer.mask(samples, w) if isinstance(layer, Materialized) else torch.ones(samples, inputs, outputs)
        if isinstance(layer, LocalReparameterization):
            local = torch.randn(samples, outputs).double() * (drop_rate / (1 - drop_rate))**0.5
    m = m.double().detach()
    z = torch.einsum("bi,iu,biu->bu", xd, wd, m) + bias.detach().double()
    dx_extra = dw_extra = 0.0
    if local is not None:
        root = torch.sqrt((xd**2) @ (wd**2))
        z = z + local * root
    dz = dy.double() * (z > 0)
    if local is not None:
        through = dz * local / root
        dx_extra, dw_extra = xd * (through @ (wd**2).t()), wd * ((xd**2).t() @ through)
    for what, got, expected in (
            ("y", y, z.clamp(min=0)),
            ("dx", x.grad, torch.einsum("bu,iu,biu->bi", dz, wd, m) + dx_extra),
            ("dw", w.grad, torch.einsum("bu,bi,biu->iu", dz, xd, m) + dw_extra),
            ("db", bias.grad, dz.sum(0))):
        off = (got.detach().double() - expected).abs().max().item()
        if not off <= 1e-4:
            raise AssertionError(f"{name}: {what} is {off:.3g} off float64")
    if noise == "bernoulli" and not 0 < (m == 0).double().mean() < 1:
        raise AssertionError(f"{name}: connections must be dropped, and not all of them")
    if noise == "gaussian" and local is None and not m.std() > 0.1:
        raise AssertionError(f"{name}: the factors do not vary")
