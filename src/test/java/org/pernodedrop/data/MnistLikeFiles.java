package org.pernodedrop.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * Images of MNIST's size for {@code native-tests/gpu/check.sh} on machines without a download: the embedded digits,
 * enlarged three times, at random places in 28 x 28 pixels. For timing only; accuracies are not those of MNIST.
 */
public final class MnistLikeFiles {
    private static final int SIZE = 28;
    private static final int DIGIT = 8;
    private static final int TIMES = 3;
    private static final int BRIGHTEST = 16;

    private MnistLikeFiles() {}

    /** Arguments: the folder to write to, and the number of training images. */
    public static void main(String[] arguments) throws IOException {
        Path folder = Files.createDirectories(Path.of(arguments[0]));
        write(folder, Integer.parseInt(arguments[1]));
    }

    static void write(Path folder, int count) throws IOException {
        Dataset digits = DataSource.parse("digits", null).load(1, 0.2, 0).train();
        Random random = new Random(28);
        byte[] images = new byte[count * SIZE * SIZE];
        byte[] labels = new byte[count];
        for (int k = 0; k < count; k++) {
            int digit = random.nextInt(digits.examples());
            labels[k] = (byte) digits.labels()[digit];
            int top = random.nextInt(SIZE - DIGIT * TIMES + 1);
            int left = random.nextInt(SIZE - DIGIT * TIMES + 1);
            for (int row = 0; row < DIGIT * TIMES; row++) {
                for (int column = 0; column < DIGIT * TIMES; column++) {
                    float value = digits.features()[(digit * DIGIT + row / TIMES) * DIGIT + column / TIMES];
                    images[(k * SIZE + top + row) * SIZE + left + column] = (byte) Math.round(value * 255 / BRIGHTEST);
                }
            }
        }
        DataFiles.write(
                folder.resolve("train-images-idx3-ubyte"), DataFiles.idx(0x803, new int[] {count, SIZE, SIZE}, images));
        DataFiles.write(folder.resolve("train-labels-idx1-ubyte"), DataFiles.idx(0x801, new int[] {count}, labels));
    }
}
