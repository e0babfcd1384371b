package dev.weir;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class BytesTest {

    private static final int LONGEST = 20;

    private static Bytes filled(int length, int with, int at, int octet) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) with);
        bytes[at] = (byte) octet;
        return Bytes.owned(bytes);
    }

    @Test
    void aLineEndsWhereverItsEndLies() {
        for (int octet : new int[] {'\n', '\r'}) {
            for (int with : new int[] {0, '\n' + 1, '\n' ^ 1, '\r' ^ 1, 0x8a, 0x8d, 0xff}) {
                for (int length = 1; length < LONGEST; length++) {
                    for (int at = 0; at < length; at++) {
                        Bytes bytes = filled(length, with, at, octet);
                        assertThat(bytes.lineUntil(0)).isEqualTo(at);
                        assertThat(bytes.lineUntil(at)).isEqualTo(at);
                        assertThat(bytes.lineUntil(at + 1)).isEqualTo(length);
                    }
                }
            }
        }
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
        for (int octet : new int[] {0x80, 0xc3, 0xff}) {
            for (int with : new int[] {0, 'a', 0x7f}) {
                for (int length = 1; length < LONGEST; length++) {
                    for (int at = 0; at < length; at++) {
                        Bytes bytes = filled(length, with, at, octet);
                        assertThat(bytes.asciiUntil(0)).isEqualTo(at);
                        assertThat(bytes.asciiUntil(at)).isEqualTo(at);
                        assertThat(bytes.asciiUntil(at + 1)).isEqualTo(length);
                    }
                }
            }
        }
    }

    @Test
    void whatIsEmptyEndsAtOnce() {
        assertThat(Bytes.EMPTY.lineUntil(0)).isZero();
        assertThat(Bytes.EMPTY.asciiUntil(0)).isZero();
    }
}
