package org.pernodedrop.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.pernodedrop.data.Examples.FeatureRows;

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
     * Ten classes, or more if the labels above 9 have no gap: the files do not contain the number of classes, and a
     * damaged label must not count as a new class.
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

    /**
     * A file in the IDX format with unsigned bytes: the magic number 0x0000080d for d dimensions, d sizes of 4 bytes,
     * big-endian, and the values.
     *
     * @param name file name for messages
     * @param count number of images or labels, at least 1
     * @param rows rows of an image; 1 for labels
     * @param columns columns of an image; 1 for labels
     * @param values [count, rows, columns]
     */
    record IdxFile(String name, int count, int rows, int columns, byte[] values) {
        private static final int UNSIGNED_BYTES = 0x0800;
        private static final int MAX_ARRAY_LENGTH = Integer.MAX_VALUE - 8;

        static IdxFile images(InputFile file) {
            return file.read(in -> read(file.name(), in, 3));
        }

        /** Reads labels; their number must be that of the images. */
        static IdxFile labels(InputFile file, IdxFile images) {
            IdxFile labels = file.read(in -> read(file.name(), in, 1));
            if (labels.count != images.count) {
                throw new DataException(
                        "labels must be as many as images: " + labels.count + " labels in " + labels.name + ", "
                                + images.count + " images in " + images.name + "; use files of one data set");
            }
            return labels;
        }

        int label(int row) {
            return Byte.toUnsignedInt(values[row]);
        }

        /** Place of a label, for messages. */
        String where(int row) {
            return " of example " + row + " (byte " + (headerBytes(1) + row) + ") in " + name;
        }

        void copyImage(int row, float[] into, int offset) {
            FeatureRows.copyPixels(values, row * rows * columns, rows * columns, into, offset);
        }

        private static int headerBytes(int dimensions) {
            return Integer.BYTES * (1 + dimensions);
        }

        private static IdxFile read(String name, InputStream in, int dimensions) throws IOException {
            byte[] header = in.readNBytes(headerBytes(dimensions));
            if (header.length < headerBytes(dimensions)) {
                throw truncated(name, headerBytes(dimensions) + " bytes of header", header.length);
            }
            ByteBuffer numbers = ByteBuffer.wrap(header);
            int magic = numbers.getInt();
            if (magic != (UNSIGNED_BYTES | dimensions)) {
                throw new DataException(String.format(
                        "IDX file must start with the magic number 0x%08x: 0x%08x in %s; give a file with %s",
                        UNSIGNED_BYTES | dimensions, magic, name, dimensions == 1 ? "labels" : "images"));
            }
            int[] sizes = {1, 1, 1};
            long total = 1;
            for (int d = 0; d < dimensions; d++) {
                sizes[d] = numbers.getInt();
                total = sizes[d] < 1 ? 0 : total * sizes[d];
                if (total < 1 || total > MAX_ARRAY_LENGTH) {
                    throw new DataException("IDX sizes must be at least 1 and have a product below 2^31: size "
                            + Integer.toUnsignedString(sizes[d]) + " at byte " + Integer.BYTES * (1 + d) + " of " + name
                            + "; get it again");
                }
            }
            // Grows with the content: a damaged header cannot allocate more memory than that takes.
            byte[] values = in.readNBytes((int) total);
            if (values.length < total) {
                throw truncated(name, total + " bytes after the header", values.length);
            }
            if (in.read() >= 0) {
                throw new DataException("IDX file must end after the " + total + " bytes that its header announces: "
                        + name + " goes on; get it again");
            }
            return new IdxFile(name, sizes[0], sizes[1], sizes[2], values);
        }

        private static DataException truncated(String name, String expected, int found) {
            return new DataException("IDX file must have " + expected + ": " + name + " is truncated, it has " + found
                    + "; get it again");
        }
    }
}
