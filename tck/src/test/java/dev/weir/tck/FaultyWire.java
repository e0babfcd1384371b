package dev.weir.tck;

import dev.weir.Bytes;
import dev.weir.Codec;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.Wire;
import java.io.IOException;

/** A wire around a wire, to be broken in one place. */
class FaultyWire implements Wire {

    final Wire wire;

    FaultyWire(Wire wire) {
        this.wire = wire;
    }

    @Override
    public void refuse(Refusal why) throws IOException {
        wire.refuse(why);
    }

    @Override
    public void open(Signal.Open at, Codec codec) throws IOException {
        wire.open(at, codec);
    }

    @Override
    public boolean ready() {
        return wire.ready();
    }

    @Override
    public void write(Bytes frame) throws IOException {
        write(frame, LoopbackCodec.decode(frame));
    }

    void write(Bytes frame, Signal signal) throws IOException {
        wire.write(frame);
    }

    @Override
    public void flush() throws IOException {
        wire.flush();
    }

    @Override
    public void close(Signal last) throws IOException {
        wire.close(last);
    }

    @Override
    public void abort() {
        wire.abort();
    }
}
