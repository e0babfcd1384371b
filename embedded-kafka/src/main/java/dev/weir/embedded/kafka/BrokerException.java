package dev.weir.embedded.kafka;

import org.jspecify.annotations.Nullable;

/**
 * The broker could not start, stop or do what it was asked. The message is one complete sentence for a person: it names
 * the port, directory or topic concerned.
 */
public final class BrokerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BrokerException(String message) {
        super(message);
    }

    BrokerException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
