package org.pernodedrop.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.pernodedrop.backend.cpu.CpuBackend;
import org.pernodedrop.model.ModelFileException;
import org.pernodedrop.model.NetworkJson;
import org.pernodedrop.model.Safetensors;
import org.pernodedrop.model.Safetensors.Tensor;
import org.pernodedrop.model.Weights;
import org.pernodedrop.nn.Network;
import org.pernodedrop.nn.NetworkSpec;

/**
 * Feeds arbitrary bytes to the readers of files: they either read them or refuse them with a one-line message, throw
 * nothing else, and allocate no more memory than the file's length. A build runs the inputs in the folder
 * {@code SavedFilesFuzzTestInputs}; with the environment variable {@code JAZZER_FUZZ=1}, new ones are searched for:
 * {@code mvn test -Dtest=SavedFilesFuzzTest#safetensors}.
 */
class SavedFilesFuzzTest {
    private interface Reading {
        void read() throws IOException;
    }

    private static void refusedInOneLineOr(Reading reading) throws IOException {
        try {
            reading.read();
        } catch (ModelFileException e) {
            assertEquals(1, e.getMessage().lines().count(), e.getMessage());
            assertTrue(e.getMessage().length() < 2000, "as long as what it refuses: " + e.getMessage());
        }
    }

    private interface FileReading {
        void read(Path file) throws IOException;
    }

    private static void withFile(byte[] content, FileReading... readings) throws IOException {
        Path memory = Path.of("/dev/shm");
        Path file = Files.isWritable(memory)
                ? Files.createTempFile(memory, "fuzz", ".safetensors")
                : Files.createTempFile("fuzz", ".safetensors");
        try {
            Files.write(file, content);
            for (FileReading reading : readings) {
                refusedInOneLineOr(() -> reading.read(file));
            }
        } finally {
            Files.delete(file);
        }
    }

    /** Whole files, from the first byte on. */
    @FuzzTest(maxDuration = "15m")
    void safetensors(byte[] content) throws IOException {
        withFile(content, file -> {
            Safetensors read = Safetensors.read(file);
            for (Tensor tensor : read.tensors().values()) {
                assertTrue(tensor.values().length <= content.length / Float.BYTES);
            }
            read.write(file);
            Safetensors again = Safetensors.read(file);
            assertEquals(read.metadata(), again.metadata());
            assertEquals(read.tensors().keySet(), again.tensors().keySet());
        });
    }

    /** Headers from the third byte on, with the right length and amount of data, so that their content is parsed. */
    @FuzzTest(maxDuration = "15m")
    void header(byte[] input) throws IOException {
        if (input.length < Short.BYTES) {
            return;
        }
        int data = Short.toUnsignedInt(ByteBuffer.wrap(input).getShort());
        int header = input.length - Short.BYTES;
        ByteBuffer content = ByteBuffer.allocate(Long.BYTES + header + data).order(ByteOrder.LITTLE_ENDIAN);
        content.putLong(header).put(input, Short.BYTES, header);
        withFile(content.array(), SavedRun::read, file -> {
            try (CpuBackend backend = new CpuBackend(1);
                    Network opened = Weights.open(file, backend)) {
                assertTrue(opened.spec().parameterCount() <= data / Float.BYTES);
            }
        });
    }

    /** Descriptions of networks: writing and reading again gives an equal network. */
    @FuzzTest(maxDuration = "15m")
    void network(byte[] json) throws IOException {
        refusedInOneLineOr(() -> {
            NetworkSpec network = NetworkJson.read(new String(json, StandardCharsets.UTF_8));
            assertEquals(network, NetworkJson.read(NetworkJson.write(network)));
        });
    }

    /** The texts of a run: training, data and arguments, separated by a control character. */
    @FuzzTest(maxDuration = "15m")
    void run(byte[] input) throws IOException {
        String[] texts = new String(input, StandardCharsets.UTF_8).split("\u001E", -1);
        Map<String, String> metadata = new HashMap<>();
        metadata.put("computed_by", "cpu");
        List<String> names = List.of("training", "data", "arguments");
        for (int k = 0; k < Math.min(texts.length, names.size()); k++) {
            metadata.put(names.get(k), texts[k]);
        }
        Path file = Path.of("model.safetensors");
        refusedInOneLineOr(() -> {
            SavedRun.Facts facts = SavedRun.Facts.read(file, metadata);
            assertEquals(facts, SavedRun.Facts.read(file, facts.toMetadata()));
        });
    }
}
