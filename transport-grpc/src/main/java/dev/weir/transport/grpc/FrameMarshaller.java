package dev.weir.transport.grpc;

import dev.weir.Bytes;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** Hands encoded frames to gRPC as they are, so that subscribers share them. */
final class FrameMarshaller implements MethodDescriptor.Marshaller<Bytes> {

    /** Not a message: gRPC resets the stream when this is sent, at once, where a close would wait behind a full window. */
    static final Bytes CUT = Bytes.owned(new byte[1]);

    @Override
    @SuppressWarnings("ReferenceEquality")
    public InputStream stream(Bytes frame) {
        if (frame == CUT) {
            throw Status.CANCELLED.withDescription("the stream was cut").asRuntimeException();
        }
        return new Frame(frame);
    }

    @Override
    public Bytes parse(InputStream stream) {
        try {
            return Bytes.owned(stream.readAllBytes());
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private static final class Frame extends InputStream implements KnownLength, Drainable {

        private final Bytes frame;
        private @Nullable InputStream rest;

        Frame(Bytes frame) {
            this.frame = frame;
        }

        @Override
        public int drainTo(OutputStream target) throws IOException {
            frame.writeTo(target);
            return frame.length();
        }

        @Override
        public int available() throws IOException {
            return rest == null ? frame.length() : rest.available();
        }

        @Override
        public int read() throws IOException {
            return rest().read();
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return rest().read(target, offset, length);
        }

        private InputStream rest() {
            InputStream reading = rest;
            if (reading == null) {
                reading = new ByteArrayInputStream(frame.toArray());
                rest = reading;
            }
            return reading;
        }
    }
}
