package org.pernodedrop.cli;

/** Command line. */
public final class Main {
    private Main() {}

    /** Runs. */
    public static void main(String[] arguments) {
        System.out.println(ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent());
    }
}
