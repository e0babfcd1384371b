package dev.weir.server.faults;

/** An anomaly, who saw it, and what exactly. */
record Finding(Anomaly anomaly, String who, String what) {

    @Override
    public String toString() {
        return anomaly + " at " + who + ": " + what;
    }
}
