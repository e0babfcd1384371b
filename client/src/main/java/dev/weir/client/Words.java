package dev.weir.client;

import dev.weir.Code;
import dev.weir.Signal;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The words of the protocol. A newer server may have some that this client does not know. */
final class Words {

    private static final Map<String, Code> CODES =
            Stream.of(Code.values()).collect(Collectors.toUnmodifiableMap(Code::toString, Function.identity()));
    private static final Map<String, Signal.Reason> REASONS = Stream.of(Signal.Reason.values())
            .collect(Collectors.toUnmodifiableMap(Signal.Reason::toString, Function.identity()));

    private Words() {}

    static Code code(@Nullable String word, Code otherwise) {
        Code known = word == null ? null : CODES.get(word);
        return known == null ? otherwise : known;
    }

    static Signal.Reason reason(@Nullable String word) {
        Signal.Reason known = word == null ? null : REASONS.get(word);
        return known == null ? Signal.Reason.ITEM_FAILED : known;
    }
}
