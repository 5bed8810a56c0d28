package org.pernodedrop.backend;

/**
 * What a device implements: the operations of {@link Backend}, by theme.
 *
 * <p>Public methods check, kernels trust: sizes, ranges and overlaps are right when arguments arrive here. What only the
 * device can tell it refuses itself: buffers, states and accumulators of another device or backend, and states and
 * accumulators that were closed.
 */
public record DeviceKernels(
        MemoryKernels memory,
        VectorKernels vectors,
        RandomFillKernels randomFills,
        MatrixKernels matrices,
        ConnectionPassKernels connectionPasses,
        MaskKernels masks,
        WindowKernels windows,
        NormalizationKernels normalizations,
        LossKernels losses,
        OptimizerKernels optimizers,
        GatherKernels gathers) {}
