package org.pernodedrop.tribuo;

import java.util.ArrayList;
import java.util.List;
import org.pernodedrop.io.MessageText;
import org.tribuo.Dataset;
import org.tribuo.Example;
import org.tribuo.ImmutableFeatureMap;
import org.tribuo.ImmutableOutputInfo;
import org.tribuo.classification.Label;
import org.tribuo.math.la.SparseVector;
import org.tribuo.math.la.VectorTuple;

/** Converts Tribuo's examples to rows of features in the order of a model's feature map; missing features are 0. */
final class ExampleRows {
    private final ImmutableFeatureMap features;

    ExampleRows(ImmutableFeatureMap features) {
        this.features = features;
    }

    /** Converts a data set, with Tribuo's numbers of features and classes; refuses one without two labels. */
    static org.pernodedrop.data.Dataset of(Dataset<Label> examples) {
        if (examples.size() == 0) {
            throw new IllegalArgumentException("the data set must hold at least one example: size=0");
        }
        ExampleRows rows = new ExampleRows(examples.getFeatureIDMap());
        ImmutableOutputInfo<Label> known = examples.getOutputIDInfo();
        if (known.size() < 2) {
            throw new IllegalArgumentException("the data set must have at least two labels to tell apart: labels="
                    + MessageText.listed(known.getDomain()));
        }
        long size = (long) examples.size() * rows.width();
        if (size > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("examples x features must be below 2^31: examples=" + examples.size()
                    + ", features=" + rows.width());
        }
        float[] features = new float[(int) size];
        int[] labels = new int[examples.size()];
        int row = 0;
        for (Example<Label> example : examples) {
            rows.put(example, features, row * rows.width());
            labels[row++] = known.getID(example.getOutput());
        }
        List<String> names = new ArrayList<>();
        for (int id = 0; id < known.size(); id++) {
            names.add(known.getOutput(id).getLabel());
        }
        return new org.pernodedrop.data.Dataset(
                examples.getSourceDescription(), features, labels, new int[] {rows.width()}, names);
    }

    /** Number of features of a row. */
    int width() {
        return features.size();
    }

    /**
     * Fills a row of zeros, from the offset on; returns how many of the example's features the model has. Refuses an
     * example with none, and features that are not finite in single precision.
     */
    int put(Example<Label> example, float[] row, int offset) {
        SparseVector values = SparseVector.createSparseVector(example, features, false);
        if (values.numActiveElements() == 0) {
            throw new IllegalArgumentException(
                    "an example must have at least one of the model's features: example=" + MessageText.shown(example));
        }
        for (VectorTuple value : values) {
            float feature = (float) value.value;
            if (!Float.isFinite(feature)) {
                throw new IllegalArgumentException("features must be finite: "
                        + MessageText.shown(features.get(value.index).getName()) + "=" + value.value);
            }
            row[offset + value.index] = feature;
        }
        return values.numActiveElements();
    }
}
