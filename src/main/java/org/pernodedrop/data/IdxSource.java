package org.pernodedrop.data;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Images and labels in the IDX format of MNIST and Fashion-MNIST. */
final class IdxSource extends DataSource {
    /** Classes of MNIST, Fashion-MNIST and KMNIST. */
    private static final int USUAL_CLASSES = 10;

    private final Path directory;
    private final long maxUnpackedBytes;

    IdxSource(String name, Path directory, Reading reading) {
        super(name);
        this.directory = directory;
        this.maxUnpackedBytes = reading.maxUnpackedBytes();
    }

    @Override
    Parts read() {
        InputFile trainLabels = require(names("train-labels", "idx1"));
        IdxFile images = IdxFile.images(require(names("train-images", "idx3")));
        IdxFile labels = IdxFile.labels(trainLabels, images);
        List<String> classNames =
                IntStream.range(0, classes(labels)).mapToObj(Integer::toString).toList();
        return new Parts(examples(images, labels, classNames), test(images, classNames), Optional.empty());
    }

    @Override
    public String description() {
        return "Images in IDX files (MNIST, Fashion-MNIST) in " + directory
                + "; train-* for training and validation, t10k-* for the test.";
    }

    private static List<String> names(String part, String type) {
        return List.of(part + "-" + type + "-ubyte", part + "." + type + "-ubyte");
    }

    private Optional<InputFile> find(List<String> files) {
        return InputFile.find(directory, files, maxUnpackedBytes);
    }

    private InputFile require(List<String> files) {
        return InputFile.require(directory, files, maxUnpackedBytes);
    }

    private Optional<Examples> test(IdxFile train, List<String> classNames) {
        List<String> imageNames = names("t10k-images", "idx3");
        List<String> labelNames = names("t10k-labels", "idx1");
        if (find(imageNames).isEmpty() && find(labelNames).isEmpty()) {
            return Optional.empty();
        }
        InputFile testLabels = require(labelNames);
        IdxFile images = IdxFile.images(require(imageNames));
        if (images.rows() != train.rows() || images.columns() != train.columns()) {
            throw new DataException("test images must have the size of the training images, " + train.rows() + " x "
                    + train.columns() + ": " + images.rows() + " x " + images.columns() + " in " + images.name()
                    + "; use files of one data set");
        }
        IdxFile labels = IdxFile.labels(testLabels, images);
        for (int row = 0; row < images.count(); row++) {
            if (labels.label(row) >= classNames.size()) {
                throw new DataException("labels must be in [0, " + (classNames.size() - 1)
                        + "] as in the training part: label " + labels.label(row) + labels.where(row)
                        + "; use files of one data set");
            }
        }
        return Optional.of(examples(images, labels, classNames));
    }

    private Examples examples(IdxFile images, IdxFile labels, List<String> classNames) {
        return new Examples(
                name(),
                images::copyImage,
                IntStream.range(0, images.count()).map(labels::label).toArray(),
                new int[] {images.rows(), images.columns()},
                classNames);
    }

    /**
     * Ten classes, or more if labels above 9 leave no gap: the files do not say how many classes there are, and a damaged
     * label must not pass for a new one.
     */
    private static int classes(IdxFile labels) {
        int[] counts = new int[256];
        int classes = USUAL_CLASSES;
        for (int row = 0; row < labels.count(); row++) {
            counts[labels.label(row)]++;
            classes = Math.max(classes, labels.label(row) + 1);
        }
        for (int label = 1; label < classes && classes > USUAL_CLASSES; label++) {
            if (counts[label] < 2) {
                int row = 0;
                while (labels.label(row) < USUAL_CLASSES) {
                    row++;
                }
                throw new DataException("labels must be in [0, " + (USUAL_CLASSES - 1)
                        + "], or have at least two examples of every class from 1 to the largest label: label "
                        + labels.label(row) + labels.where(row) + "; check the file, or get it again");
            }
        }
        return classes;
    }
}
