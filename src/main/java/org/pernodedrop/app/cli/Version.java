package org.pernodedrop.app.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version of this build. */
public final class Version implements IVersionProvider {
    private static final String RESOURCE = "version.properties";

    /** The project's version, as the build wrote it. */
    public static String current() {
        return property("version");
    }

    /** The commit of the sources, as the build was told; "unknown" if it was not. */
    static String commit() {
        return property("commit");
    }

    private static String property(String name) {
        try (InputStream in = Version.class.getResourceAsStream(RESOURCE)) {
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty(name);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + RESOURCE, e);
        }
    }

    @Override
    public String[] getVersion() {
        return new String[] {
            "pernodedrop " + current(),
            "Java " + Runtime.version() + ", " + System.getProperty("os.name") + " " + System.getProperty("os.arch")
        };
    }
}
