package dev.weir.server;

/** The command line's entry. */
public final class Weir {
    private Weir() {}

    public static void main(String[] args) {
        System.out.println("weir");
    }
}
