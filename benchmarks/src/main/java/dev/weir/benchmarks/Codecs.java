package dev.weir.benchmarks;

import dev.weir.Codec;
import dev.weir.Format;
import java.lang.reflect.Field;
import java.lang.reflect.Method;

/** The transports' codecs by name. They are no part of any public API, so they are looked up. */
final class Codecs {

    private Codecs() {}

    static Codec of(String name) {
        try {
            return switch (name) {
                case "loopback" -> instance("dev.weir.tck.LoopbackCodec");
                case "sse" ->
                    codec(
                            "dev.weir.transport.sse.SseCodec",
                            new Class<?>[] {Format.class, boolean.class},
                            Format.DEFAULT,
                            false);
                case "ndjson" ->
                    codec(
                            "dev.weir.transport.chunked.JsonCodec",
                            new Class<?>[] {String.class, boolean.class, Format.class},
                            "application/x-ndjson",
                            false,
                            Format.DEFAULT);
                case "grpc" -> instance("dev.weir.transport.grpc.GrpcCodec");
                default -> throw new IllegalArgumentException(name + ": known are loopback, sse, ndjson, grpc");
            };
        } catch (ReflectiveOperationException moved) {
            throw new IllegalStateException("the codec of " + name + " is not where it was", moved);
        }
    }

    private static Codec instance(String type) throws ReflectiveOperationException {
        Field instance = Class.forName(type).getDeclaredField("INSTANCE");
        instance.setAccessible(true);
        return (Codec) instance.get(null);
    }

    private static Codec codec(String type, Class<?>[] parameters, Object... arguments)
            throws ReflectiveOperationException {
        Method of = Class.forName(type).getDeclaredMethod("of", parameters);
        of.setAccessible(true);
        return (Codec) of.invoke(null, arguments);
    }
}
