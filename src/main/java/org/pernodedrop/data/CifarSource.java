package org.pernodedrop.data;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.pernodedrop.data.Examples.FeatureRows;
import org.pernodedrop.io.MessageText;

/**
 * The binary version of CIFAR-10: records of one label byte and 3 x 32 x 32 pixels, colour planes first
 * (https://www.cs.toronto.edu/~kriz/cifar.html).
 */
final class CifarSource extends DataSource {
    private static final int BATCHES = 5;
    private static final int CLASSES = 10;
    private static final int CHANNELS = 3;
    private static final int SIDE = 32;
    private static final int PIXELS = CHANNELS * SIDE * SIDE;
    private static final int RECORD = 1 + PIXELS;

    private final Path directory;
    private final long maxUnpackedBytes;

    CifarSource(String name, Path directory, Reading reading) {
        super(name);
        this.directory = directory;
        this.maxUnpackedBytes = reading.maxUnpackedBytes();
    }

    @Override
    Parts read() {
        List<InputFile> batches = new ArrayList<>();
        for (int batch = 1; batch <= BATCHES; batch++) {
            find("data_batch_" + batch + ".bin").ifPresent(batches::add);
        }
        if (batches.isEmpty()) {
            batches.add(InputFile.require(directory, List.of("data_batch_1.bin"), maxUnpackedBytes));
        }
        List<String> classNames = find("batches.meta.txt")
                .map(CifarSource::readClassNames)
                .orElseGet(() ->
                        IntStream.range(0, CLASSES).mapToObj(Integer::toString).toList());
        Optional<InputFile> test = find("test_batch.bin");
        return new Parts(
                examples(batches, classNames), test.map(file -> examples(List.of(file), classNames)), Optional.empty());
    }

    private Optional<InputFile> find(String file) {
        return InputFile.find(directory, List.of(file), maxUnpackedBytes);
    }

    @Override
    public String description() {
        return "32 x 32 colour images in the binary version of CIFAR-10 in " + directory
                + "; data_batch_* for training and validation, test_batch for the test.";
    }

    private Examples examples(List<InputFile> files, List<String> classNames) {
        List<byte[]> batches = files.stream().map(CifarSource::readBatch).toList();
        int examples = batches.stream().mapToInt(batch -> batch.length / RECORD).sum();
        int[] labels = new int[examples];
        byte[][] batchOf = new byte[examples][];
        int[] startOf = new int[examples];
        int row = 0;
        for (byte[] batch : batches) {
            for (int start = 0; start < batch.length; start += RECORD) {
                labels[row] = batch[start];
                batchOf[row] = batch;
                startOf[row] = start;
                row++;
            }
        }
        FeatureRows pixels = (wanted, into, offset) -> {
            byte[] record = interleaved(batchOf[wanted], startOf[wanted] + 1);
            FeatureRows.copyPixels(record, 0, PIXELS, into, offset);
        };
        return new Examples(name(), pixels, labels, new int[] {SIDE, SIDE, CHANNELS}, classNames);
    }

    // The file holds one plane per color; layers expect channels last.
    private static byte[] interleaved(byte[] batch, int start) {
        byte[] image = new byte[PIXELS];
        int plane = PIXELS / CHANNELS;
        for (int k = 0; k < PIXELS; k++) {
            image[k] = batch[start + k % CHANNELS * plane + k / CHANNELS];
        }
        return image;
    }

    private static byte[] readBatch(InputFile file) {
        return file.read(in -> {
            byte[] batch = in.readAllBytes();
            if (batch.length == 0 || batch.length % RECORD != 0) {
                throw new DataException("CIFAR-10 batch must hold whole records of " + RECORD + " bytes: " + file.name()
                        + " has " + batch.length / RECORD + " and " + batch.length % RECORD + " bytes; get it again");
            }
            for (int start = 0; start < batch.length; start += RECORD) {
                int label = Byte.toUnsignedInt(batch[start]);
                if (label >= CLASSES) {
                    throw new DataException("labels must be in [0, " + (CLASSES - 1) + "]: label " + label
                            + " of example " + start / RECORD + " (byte " + start + ") in " + file.name()
                            + "; get it again");
                }
            }
            return batch;
        });
    }

    private static List<String> readClassNames(InputFile file) {
        List<String> names = file.read(in -> new String(in.readAllBytes(), StandardCharsets.UTF_8))
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
        if (names.size() != CLASSES) {
            throw new DataException("class names must be " + CLASSES + ", one a line: " + names.size() + " in "
                    + file.name() + "; get it again, or remove it");
        }
        if (Set.copyOf(names).size() != CLASSES) {
            throw new DataException("class names must differ: " + MessageText.listed(names) + " in " + file.name()
                    + "; get it again, or remove it");
        }
        return names;
    }
}
