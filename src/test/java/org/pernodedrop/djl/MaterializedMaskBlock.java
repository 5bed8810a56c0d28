package org.pernodedrop.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;

/** The block written with DJL's operations, autograd and the mask as an array: reference of tests and benchmarks. */
final class MaterializedMaskBlock extends AbstractBlock {
    /** Draws masks {@code [samples, inputs, outputs]}. */
    interface Masks {
        NDArray draw(NDManager manager, long samples, long inputs, long outputs);
    }

    private final long units;
    private final Masks masks;
    private final Parameter weight;
    private final Parameter bias;

    MaterializedMaskBlock(long units, Masks masks) {
        this.units = units;
        this.masks = masks;
        weight = addParameter(Parameter.builder()
                .setName("weight")
                .setType(Parameter.Type.WEIGHT)
                .build());
        bias = addParameter(
                Parameter.builder().setName("bias").setType(Parameter.Type.BIAS).build());
    }

    @Override
    protected void prepare(Shape[] inputs) {
        weight.setShape(new Shape(inputs[0].get(inputs[0].dimension() - 1), units));
        bias.setShape(new Shape(units));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputs) {
        return new Shape[] {inputs[0].slice(0, inputs[0].dimension() - 1).add(units)};
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store, NDList inputs, boolean training, PairList<String, Object> params) {
        NDArray x = inputs.singletonOrThrow();
        NDArray w = store.getValue(weight, x.getDevice(), training);
        NDArray b = store.getValue(bias, x.getDevice(), training);
        if (!training) {
            return new NDList(x.matMul(w).add(b));
        }
        Shape shape = x.getShape();
        boolean matrix = shape.dimension() == 2;
        NDArray mask = masks.draw(x.getManager(), shape.get(0), w.getShape().get(0), units);
        NDArray z = (matrix ? x.expandDims(1) : x).matMul(mask.mul(w));
        return new NDList((matrix ? z.squeeze(1) : z).add(b));
    }
}
