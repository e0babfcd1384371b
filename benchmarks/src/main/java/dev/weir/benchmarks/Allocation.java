package dev.weir.benchmarks;

import com.sun.management.ThreadMXBean;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.OptionalDouble;
import javax.management.JMX;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import org.jspecify.annotations.Nullable;

/** What another JVM on this host allocates, to the byte, asked of its own management agent. One thread. */
final class Allocation implements AutoCloseable {

    /** Of a process that can't be asked. */
    static final Allocation UNKNOWN = new Allocation(null, null);

    /** An option without which Helidon lets no JVM that it runs in be asked. */
    static final String ADMITTED = "-Dhelidon.serialFilter.missing.action=ignore";

    private final @Nullable JMXConnector connector;
    private final @Nullable ThreadMXBean threads;
    private long begin;

    private Allocation(@Nullable JMXConnector connector, @Nullable ThreadMXBean threads) {
        this.connector = connector;
        this.threads = threads;
    }

    /** Starts the agent of a JVM. Blocks for some tenths of a second. */
    @SuppressWarnings("BanJNDI") // what is read comes from a process of the same user
    static Allocation of(long pid) {
        try {
            VirtualMachine machine = VirtualMachine.attach(String.valueOf(pid));
            String url;
            try {
                url = machine.startLocalManagementAgent();
            } finally {
                machine.detach();
            }
            JMXConnector connector = JMXConnectorFactory.connect(new JMXServiceURL(url));
            return new Allocation(
                    connector,
                    JMX.newMXBeanProxy(
                            connector.getMBeanServerConnection(),
                            new ObjectName(ManagementFactory.THREAD_MXBEAN_NAME),
                            ThreadMXBean.class));
        } catch (IOException | AttachNotSupportedException | MalformedObjectNameException forbidden) {
            return UNKNOWN;
        }
    }

    /** Counts from here on. */
    void begin() {
        begin = bytes();
    }

    /** Bytes since {@link #begin}, of all threads, those that have ended too; empty if that is not known. */
    OptionalDouble since() {
        long now = bytes();
        return begin < 0 || now < 0 ? OptionalDouble.empty() : OptionalDouble.of((double) now - begin);
    }

    private long bytes() {
        try {
            return threads == null ? -1 : threads.getTotalThreadAllocatedBytes();
        } catch (RuntimeException gone) {
            return -1;
        }
    }

    @Override
    public void close() {
        try {
            if (connector != null) {
                connector.close();
            }
        } catch (IOException gone) {
            // the process has ended
        }
    }
}
