package org.pernodedrop.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LinkProblemsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            /a/libJCublas2.so: libcublas.so.12: cannot open shared object file: No such file or directory \
            | libcublas.so.12, which libJCublas2.so needs, is not there
            /a/libcublas.so.12: version `libcublas.so.12' not found (required by /b/libJCublas2.so) \
            | libcublas.so.12 is not of the version libcublas.so.12 that is needed
            /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.34' not found (required by /b/x.so) \
            | libc.so.6 is not of the version GLIBC_2.34 that is needed
            /a/libJCudaDriver.so: undefined symbol: cuInit \
            | libJCudaDriver.so needs cuInit, which the libraries that it was loaded with do not have
            /a/libcuda.so.1: wrong ELF class: ELFCLASS32 | the file is for another processor or of 32 bits
            /a/libcuda.so.1: invalid ELF header | the file is damaged, cut off or no library
            /a/x.so: failed to map segment from shared object: Operation not permitted \
            | its folder does not allow programs to be run (mounted noexec)
            No resource found with name '/lib/libJCudaDriver.so' | the class path does not hold /lib/libJCudaDriver.so
            Something else | Something else
            """)
    void messagesOfTheLoaderAreExplained(String message, String explanation) {
        assertEquals(explanation, LinkProblems.explain(new UnsatisfiedLinkError(message)));
    }

    @Test
    void causesAreReadToo() {
        Throwable second = new NoClassDefFoundError("Could not initialize class jcuda.driver.JCudaDriver");
        second.initCause(new ExceptionInInitializerError("libJ.so: libcuda.so.1: cannot open shared object file: No"));
        assertEquals("libcuda.so.1, which libJ.so needs, is not there", LinkProblems.explain(second));
    }

    @Test
    void someRemediesDependOnNoLibrary() {
        assertEquals(
                Optional.of("choose another folder for temporary files by -Djava.io.tmpdir=DIR"),
                LinkProblems.remedy(new UnsatisfiedLinkError("x.so: failed to map segment from shared object")));
        assertEquals(
                Optional.of("choose another folder for temporary files by -Djava.io.tmpdir=DIR"),
                LinkProblems.remedy(new UncheckedIOException(new IOException("full"))));
        IllegalStateException refused =
                new IllegalStateException("Illegal native access from: unnamed module @1", new UnsatisfiedLinkError());
        assertEquals("Java was told to refuse native libraries", LinkProblems.explain(refused));
        assertEquals(Optional.of("allow them by --enable-native-access=ALL-UNNAMED"), LinkProblems.remedy(refused));
        assertEquals(Optional.empty(), LinkProblems.remedy(new UnsatisfiedLinkError("x.so: file too short")));
    }

    @Test
    void onlyTheFirstLineIsKept() {
        assertEquals("first", LinkProblems.explain(new UnsatisfiedLinkError("first\nsecond")));
        assertEquals("UnsatisfiedLinkError", LinkProblems.explain(new UnsatisfiedLinkError()));
    }
}
