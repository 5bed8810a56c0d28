package org.pernodedrop.tribuo;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.pernodedrop.data.Dataset;
import org.tribuo.Example;
import org.tribuo.Feature;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.datasource.ListDataSource;
import org.tribuo.impl.ArrayExample;
import org.tribuo.provenance.SimpleDataSourceProvenance;

/** Converts this library's data to Tribuo's, which omits zeros. */
final class TribuoData {
    private TribuoData() {}

    static MutableDataset<Label> of(Dataset data) {
        int columns = data.featureCount();
        String[] names = IntStream.range(0, columns)
                .mapToObj(column -> String.format("feature-%04d", column))
                .toArray(String[]::new);
        List<Example<Label>> examples = new ArrayList<>();
        for (int row = 0; row < data.examples(); row++) {
            ArrayExample<Label> example =
                    new ArrayExample<>(new Label(data.classNames().get(data.labels()[row])));
            for (int column = 0; column < columns; column++) {
                float value = data.features()[row * columns + column];
                if (value != 0) {
                    example.add(new Feature(names[column], value));
                }
            }
            examples.add(example);
        }
        LabelFactory factory = new LabelFactory();
        return new MutableDataset<>(
                new ListDataSource<>(examples, factory, new SimpleDataSourceProvenance(data.name(), factory)));
    }
}
