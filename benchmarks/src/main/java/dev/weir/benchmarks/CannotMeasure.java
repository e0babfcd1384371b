package dev.weir.benchmarks;

/** A run can't be begun, or can't go on. The message is for people, and names the option to change. */
final class CannotMeasure extends RuntimeException {

    static final int USAGE = 2;
    static final int BAD_THRESHOLD = 65;
    static final int NO_PROCESS = 66;
    static final int NOT_A_RESULT = 65;
    static final int NO_FILE = 66;
    static final int UNREACHABLE = 69;
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
}
