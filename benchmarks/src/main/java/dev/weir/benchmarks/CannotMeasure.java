package dev.weir.benchmarks;

import java.io.PrintWriter;
import picocli.CommandLine.ParameterException;

/** A run can't be begun, or can't go on. The message is for people, and names the option to change. */
final class CannotMeasure extends RuntimeException {

    static final int USAGE = 2;
    static final int BAD_THRESHOLD = 65;
    static final int NO_PROCESS = 66;
    static final int NOT_A_RESULT = 65;
    static final int NO_FILE = 66;
    static final int UNREACHABLE = 69;
    static final int INTERNAL = 70;
    static final int TOO_FEW_DESCRIPTORS = 71;
    static final int NOT_WRITTEN = 73;

    private static final long serialVersionUID = 1;

    private final int exitCode;

    CannotMeasure(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    int exitCode() {
        return exitCode;
    }

    /** Says what is wrong with a command line, and gives the exit code. */
    static int told(ParameterException wrong, PrintWriter err) {
        String command = wrong.getCommandLine().getCommandSpec().root().name();
        err.println("weir: " + wrong.getMessage() + "; `" + command + " --help` tells what is allowed");
        return USAGE;
    }

    /** Says why a command has failed, and gives its exit code. */
    static int told(Exception failure, PrintWriter err) {
        if (failure instanceof CannotMeasure known) {
            err.println("weir: " + known.getMessage());
            return known.exitCode();
        }
        err.println("weir: failed: " + failure);
        failure.printStackTrace(err);
        return INTERNAL;
    }
}
