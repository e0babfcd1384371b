package dev.weir.transport.grpc;

import dev.weir.Code;
import dev.weir.Refusal;
import dev.weir.Signal;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;

/** How a call ends: the status, and the trailers that say more. */
record Answer(Status status, Metadata trailers) {

    private static final Metadata.Key<String> CODE = Metadata.Key.of("weir-code", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> RETRY =
            Metadata.Key.of("retry-after-ms", Metadata.ASCII_STRING_MARSHALLER);

    static Answer to(Refusal refusal) {
        return of(refusal.code(), refusal.getMessage(), refusal.retryAfter());
    }

    static Answer to(Signal last) {
        return last instanceof Signal.Stop stop
                ? of(stop.code(), stop.message(), stop.retryAfter())
                : new Answer(Status.OK, new Metadata());
    }

    private static Answer of(Code code, String message, Duration retryAfter) {
        Metadata trailers = new Metadata();
        trailers.put(CODE, code.toString());
        if (!retryAfter.isZero()) {
            trailers.put(RETRY, Long.toString(retryAfter.toMillis()));
        }
        return new Answer(Status.fromCodeValue(code.grpc()).withDescription(message), trailers);
    }

    StatusRuntimeException asException() {
        return status.asRuntimeException(trailers);
    }
}
