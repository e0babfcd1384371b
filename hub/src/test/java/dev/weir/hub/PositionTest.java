package dev.weir.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.Code;
import dev.weir.Refusal;
import dev.weir.Start;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PositionTest {

    private final Position start = Position.start("orders", 7, 3);

    @Test
    void anIdReadsBackAsThePositionItWasMadeFrom() {
        Random random = new Random(42);
        for (int round = 0; round < 2_000; round++) {
            int partitions = 1 + random.nextInt(Position.MAX_PARTITIONS);
            Position position = Position.start("orders", 7, partitions);
            for (int partition = 0; partition < partitions; partition++) {
                long offset = random.nextLong() >>> 1 >>> random.nextInt(63);
                position.set(partition, offset, (random.nextInt() >>> 1 >>> random.nextInt(31)) - random.nextInt(2));
            }
            Position again = Position.parse(position.id(), start);
            assertThat(again.id()).isEqualTo(position.id());
            assertThat(again.partitions()).isEqualTo(partitions);
            for (int partition = 0; partition < partitions; partition++) {
                assertThat(again.offset(partition)).isEqualTo(position.offset(partition));
                assertThat(again.leaderEpoch(partition)).isEqualTo(position.leaderEpoch(partition));
            }
        }
    }

    @Test
    void theLargestOffsetsAndEpochsReadBack() {
        start.set(0, Long.MAX_VALUE, Integer.MAX_VALUE);
        start.set(1, Long.MAX_VALUE - 1, -1);
        Position again = Position.parse(start.id(), start);
        assertThat(again.offset(0)).isEqualTo(Long.MAX_VALUE);
        assertThat(again.leaderEpoch(0)).isEqualTo(Integer.MAX_VALUE);
        assertThat(again.leaderEpoch(1)).isEqualTo(-1);
    }

    @Test
    void anIdOfOnePartitionIsShort() {
        Position one = Position.start("orders", -1, 1);
        one.set(0, 1_000_000, 12);
        assertThat(one.id()).hasSizeLessThanOrEqualTo(25).matches(Start::isId);
    }

    @Test
    void anIdOfTheMostPartitionsFitsWhileOffsetsAreBelow2To28() {
        Position most = Position.start("orders", -1, Position.MAX_PARTITIONS);
        for (int partition = 0; partition < Position.MAX_PARTITIONS; partition++) {
            most.set(partition, (1 << 28) - 1, 126);
        }
        assertThat(most.id()).matches(Start::isId);
    }

    @Test
    void morePartitionsThanAnIdHasRoomForAreRefused() {
        assertThatThrownBy(() -> Position.start("wide", 1, Position.MAX_PARTITIONS + 1))
                .isInstanceOfSatisfying(
                        Refusal.class, no -> assertThat(no.code()).isEqualTo(Code.BAD_REQUEST))
                .hasMessageContaining("129 partitions");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "...",
                "x",
                "1",
                "1.a.b.c",
                "2.{hash}.{epoch}.{vector}",
                "1.{hash}.{epoch}",
                "1.{hash}.{epoch}.",
                "1.{hash}.{epoch}.{vector}.x",
                "1.{hash}.{epoch}x.{vector}",
                "1.{hash}..{vector}",
                "1.{hash}.{epoch}._",
                "1.{hash}.{epoch}.A",
                "1.{hash}.{epoch}.AA",
                "1.{hash}.{epoch}.%00",
                "1.{hash}.{epoch}.AA\nA",
                "1.{hash}.{epoch}.{vector}~1.{hash}.{epoch}.{vector}",
                "1.{hash}.{epoch}.gICAgICAgICAgAEA"
            })
    void whatIsNoIdIsRefused(String text) {
        String[] parts = start.id().split("\\.");
        String id =
                text.replace("{hash}", parts[1]).replace("{epoch}", parts[2]).replace("{vector}", parts[3]);
        assertThatThrownBy(() -> Position.parse(id, start))
                .isInstanceOfSatisfying(
                        Refusal.class, no -> assertThat(no.code()).isEqualTo(Code.BAD_REQUEST));
    }

    @Test
    void moreThanTheMostPartitionsIsNoId() {
        String prefix = start.id().substring(0, start.id().lastIndexOf('.') + 1);
        byte[] vector = new byte[(Position.MAX_PARTITIONS + 1) * 2];
        String wide = prefix + Base64.getUrlEncoder().withoutPadding().encodeToString(vector);
        assertThatThrownBy(() -> Position.parse(wide, start)).isInstanceOf(Refusal.class);
    }

    @Test
    void anyRubbishIsRefusedAndNothingElse() {
        Random random = new Random(1);
        String prefix = start.id().substring(0, start.id().lastIndexOf('.') + 1);
        for (int round = 0; round < 20_000; round++) {
            byte[] rubbish = new byte[random.nextInt(24)];
            random.nextBytes(rubbish);
            String id = prefix + Base64.getUrlEncoder().withoutPadding().encodeToString(rubbish);
            try {
                Position read = Position.parse(id, start);
                for (int partition = 0; partition < read.partitions(); partition++) {
                    assertThat(read.offset(partition)).isNotNegative();
                    assertThat(read.leaderEpoch(partition)).isGreaterThanOrEqualTo(-1);
                }
                assertThat(Position.parse(read.id(), start).id()).isEqualTo(read.id());
            } catch (Refusal no) {
                assertThat(no.code()).isEqualTo(Code.BAD_REQUEST);
            }
        }
    }

    @Test
    void anIdOfAnotherTopicIsRefusedAndOneOfAnotherEpochIsNot() {
        String foreign = Position.start("others", 7, 3).id();
        assertThatThrownBy(() -> Position.parse(foreign, start)).hasMessageContaining("another topic");
        Position earlier = Position.parse(Position.start("orders", 6, 3).id(), start);
        assertThat(earlier.sameEpoch(start)).isFalse();
        assertThat(Position.parse(start.id(), start).sameEpoch(start)).isTrue();
    }

    @Test
    void positionsAreComparedPartitionByPartition() {
        Position one = at(3, 0, 5);
        Position other = at(3, 2, 4);
        assertThat(one.atMost(one)).isTrue();
        assertThat(one.atMost(other)).isFalse();
        assertThat(other.atMost(one)).isFalse();
        assertThat(one.atMost(at(3, 0, 6))).isTrue();
    }

    @Test
    void theFurtherOfTwoTakesOffsetAndEpochOfTheFurther() {
        Position one = at(3, 0, 5);
        Position other = at(1, 2, 5, 9);
        other.set(1, 2, 44);
        Position max = one.max(other);
        assertThat(max.partitions()).isEqualTo(4);
        assertThat(new long[] {max.offset(0), max.offset(1), max.offset(2), max.offset(3)})
                .containsExactly(3, 2, 5, 9);
        assertThat(max.leaderEpoch(1)).isEqualTo(44);
        assertThat(one.atMost(max)).isTrue();
        assertThat(other.atMost(max)).isTrue();
        assertThat(other.max(one).id()).isEqualTo(max.id());
    }

    @Test
    void partitionsItDoesNotTellOfStandAtZero() {
        Position few = at(4);
        assertThat(few.offset(9)).isZero();
        assertThat(few.leaderEpoch(9)).isEqualTo(-1);
        assertThat(few.atMost(at(4, 1))).isTrue();
        assertThat(at(4, 1).atMost(few)).isFalse();
        few.set(5, 8, 2);
        assertThat(few.partitions()).isEqualTo(6);
        assertThat(few.leaderEpoch(3)).isEqualTo(-1);
    }

    @Test
    void aCopyIsItsOwn() {
        Position copy = start.copy();
        copy.set(0, 9, 9);
        assertThat(start.offset(0)).isZero();
    }

    private static Position at(long... offsets) {
        Position position = Position.start("orders", 7, offsets.length);
        for (int partition = 0; partition < offsets.length; partition++) {
            position.set(partition, offsets[partition], -1);
        }
        return position;
    }
}
