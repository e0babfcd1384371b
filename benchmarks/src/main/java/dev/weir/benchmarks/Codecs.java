package dev.weir.benchmarks;

import dev.weir.Codec;
import dev.weir.Format;
import dev.weir.Subscription;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.List;

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
                            "of",
                            List.of(Format.class, boolean.class),
                            Format.DEFAULT,
                            false);
                case "ndjson" -> chunked("application/x-ndjson");
                case "json-seq" -> chunked("application/json-seq");
                case "text" -> chunked("text/plain");
                case "csv" -> chunked("text/csv");
                case "raw" -> chunked("application/octet-stream");
                case "grpc" -> instance("dev.weir.transport.grpc.GrpcCodec");
                default ->
                    throw new IllegalArgumentException(
                            name + ": known are loopback, sse, ndjson, json-seq, text, csv, raw, grpc");
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

    private static Codec chunked(String mediaType) throws ReflectiveOperationException {
        return codec(
                "dev.weir.transport.chunked.Layout",
                "codec",
                List.of(String.class, Subscription.class),
                mediaType,
                Subscription.to("orders"));
    }

    private static Codec codec(String type, String name, List<Class<?>> parameters, Object... arguments)
            throws ReflectiveOperationException {
        Method method = Class.forName(type).getDeclaredMethod(name, parameters.toArray(Class<?>[]::new));
        method.setAccessible(true);
        return (Codec) method.invoke(null, arguments);
    }
}
