package org.pernodedrop.backend.cuda;

import java.util.List;
import jcuda.driver.CUfunction;
import org.pernodedrop.kernels.cuda.KernelSignature;
import org.pernodedrop.kernels.cuda.KernelSignature.Kind;
import org.pernodedrop.kernels.cuda.KernelSignature.Parameter;

/** A kernel, loaded with its module when it is first launched. */
final class Kernel {
    final KernelSignature signature;
    private final CudaKernels kernels;
    private final Kind[] kinds;
    private CUfunction function;

    Kernel(CudaKernels kernels, KernelSignature signature) {
        this.kernels = kernels;
        this.signature = signature;
        List<Parameter> parameters = signature.parameters();
        kinds = parameters.stream().map(Parameter::kind).toArray(Kind[]::new);
    }

    /** Fails unless the parameter at an index is of a kind: a fault of this package. */
    void expect(int index, Kind kind) {
        if (index >= kinds.length || kinds[index] != kind) {
            throw new IllegalStateException("argument " + index + " of a launch is of kind " + kind + ", which "
                    + signature + " does not take there");
        }
    }

    /** Fails unless so many arguments are all. */
    void expectAll(int count) {
        if (count != kinds.length) {
            throw new IllegalStateException("a launch has " + count + " arguments: " + signature);
        }
    }

    CUfunction function() {
        if (function == null) {
            function = kernels.load(signature.module(), signature);
        }
        return function;
    }
}
