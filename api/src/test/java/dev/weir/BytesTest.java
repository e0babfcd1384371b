package dev.weir;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.function.ToIntBiFunction;
import org.junit.jupiter.api.Test;

class BytesTest {

    private static final int LONGEST = 20;

    /** One octet at each place of runs of each length, filled with others. */
    private static void finds(ToIntBiFunction<Bytes, Integer> search, int[] octets, int[] others) {
        for (int octet : octets) {
            for (int other : others) {
                for (int length = 1; length < LONGEST; length++) {
                    for (int at = 0; at < length; at++) {
                        byte[] filled = new byte[length];
                        Arrays.fill(filled, (byte) other);
                        filled[at] = (byte) octet;
                        Bytes bytes = Bytes.owned(filled);
                        assertThat(search.applyAsInt(bytes, 0)).isEqualTo(at);
                        assertThat(search.applyAsInt(bytes, at)).isEqualTo(at);
                        assertThat(search.applyAsInt(bytes, at + 1)).isEqualTo(length);
                    }
                }
            }
        }
    }

    @Test
    void aLineEndsWhereverItsEndLies() {
        finds(Bytes::lineUntil, new int[] {'\n', '\r'}, new int[] {0, '\n' + 1, '\n' ^ 1, '\r' ^ 1, 0x8a, 0x8d, 0xff});
    }

    @Test
    void theFirstOfTwoEndsIsFound() {
        for (String ends : new String[] {"\r\n", "\n\r", "\n\n", "\r..\n", "\n..\r"}) {
            for (int at = 0; at < LONGEST; at++) {
                Bytes bytes = Bytes.utf8(".".repeat(at) + ends + "........");
                assertThat(bytes.lineUntil(0)).isEqualTo(at);
                assertThat(bytes.lineUntil(at + 1)).isEqualTo(at + ends.length() - 1);
            }
        }
    }

    @Test
    void asciiEndsWhereverAnotherByteLies() {
        finds(Bytes::asciiUntil, new int[] {0x80, 0xc3, 0xff}, new int[] {0, 'a', 0x7f});
    }

    @Test
    void whatIsEmptyEndsAtOnce() {
        assertThat(Bytes.EMPTY.lineUntil(0)).isZero();
        assertThat(Bytes.EMPTY.asciiUntil(0)).isZero();
    }
}
