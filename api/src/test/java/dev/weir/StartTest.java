package dev.weir;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StartTest {

    @Test
    void anIdIsMadeOfLettersDigitsAndFiveMarks() {
        for (int c = 0; c <= Character.MAX_VALUE; c++) {
            String one = String.valueOf((char) c);
            assertThat(Start.isId("1." + one)).as("U+%04x", c).isEqualTo(one.matches("[A-Za-z0-9._~:-]"));
        }
    }

    @Test
    void anIdHasAtLeastOneCharacterAndNoMoreThanTheMost() {
        assertThat(Start.isId("")).isFalse();
        assertThat(Start.isId("1".repeat(Start.MAX_ID))).isTrue();
        assertThat(Start.isId("1".repeat(Start.MAX_ID + 1))).isFalse();
    }
}
