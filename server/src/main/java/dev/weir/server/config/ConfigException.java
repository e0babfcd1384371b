package dev.weir.server.config;

/** A configuration that can't be used. The message names the file, the line and the key, and says what is allowed. */
public final class ConfigException extends RuntimeException {

    private static final long serialVersionUID = 1;

    ConfigException(String message) {
        super(message);
    }
}
