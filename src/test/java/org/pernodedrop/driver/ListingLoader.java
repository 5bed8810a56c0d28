package org.pernodedrop.driver;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Loads nothing, and keeps a list of what it was asked for. */
final class ListingLoader implements NativeLoader {
    final List<String> loaded = new ArrayList<>();
    final Map<String, String> failures = new HashMap<>();
    final Map<JCudaLibrary, String> versions = new HashMap<>();
    final Map<String, String> systemPaths = new HashMap<>();
    final Set<JCudaLibrary> absent = EnumSet.noneOf(JCudaLibrary.class);

    @Override
    public void load(Path file) {
        load(file.toString());
    }

    @Override
    public void load(JCudaLibrary library) {
        load(library.baseName());
    }

    private void load(String name) {
        if (failures.containsKey(name)) {
            throw new UnsatisfiedLinkError(failures.get(name));
        }
        loaded.add(name);
    }

    @Override
    public boolean isPresent(JCudaLibrary library) {
        return !absent.contains(library);
    }

    @Override
    public String version(JCudaLibrary library) {
        return versions.get(library);
    }

    @Override
    public String pathOfLoaded(String fileName) {
        return systemPaths.get(fileName);
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
