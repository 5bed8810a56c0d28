package org.pernodedrop.backend.cuda;

import org.pernodedrop.mask.MaskSpec;

/** Where an operation draws its mask from, with a state of this backend. */
record CudaMask(MaskSpec spec, int layer, CudaStepState state) {}
