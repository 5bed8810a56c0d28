package org.pernodedrop.kernels.cuda;

import java.util.List;
import jcuda.driver.CUfunction;
import org.pernodedrop.kernels.cuda.KernelSignature.Kind;
import org.pernodedrop.kernels.cuda.KernelSignature.Parameter;

/** A kernel, loaded with its module when it is first launched. */
public final class Kernel {
    final KernelSignature signature;
    private final KernelModules modules;
    private final Kind[] kinds;
    private CUfunction function;

    Kernel(KernelModules modules, KernelSignature signature) {
        this.modules = modules;
        this.signature = signature;
        List<Parameter> parameters = signature.parameters();
        kinds = parameters.stream().map(Parameter::kind).toArray(Kind[]::new);
    }

    /** Fails unless the kernel's parameter at an index is of a kind; failure is a fault of the calling code. */
    void expect(int index, Kind kind) {
        if (index >= kinds.length || kinds[index] != kind) {
            throw new IllegalStateException("argument " + index + " of a launch is of kind " + kind + ", which "
                    + signature + " does not take there");
        }
    }

    /** Fails unless the kernel takes so many arguments. */
    void expectAll(int count) {
        if (count != kinds.length) {
            throw new IllegalStateException("a launch has " + count + " arguments: " + signature);
        }
    }

    /** Loads the kernel where that was not done before; not during a capture. */
    public CUfunction function() {
        if (function == null) {
            function = modules.load(signature);
        }
        return function;
    }
}
