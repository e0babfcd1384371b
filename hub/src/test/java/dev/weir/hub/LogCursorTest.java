package dev.weir.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.Event;
import dev.weir.Signal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Coming back to a log whose merge order is not that of the client's id, against a plain model of it. */
class LogCursorTest {

    /** All records of a topic in one merge order, and the log that holds the newest of them. */
    private static final class Node implements AutoCloseable {

        private final Position start;
        private final List<Event> merged = new ArrayList<>();
        private final TopicLog log;

        Node(int partitions, int held) {
            start = Position.start("orders", 7, partitions);
            log = new TopicLog("test", start, new Retention(held, 1 << 20, Duration.ZERO));
        }

        void append(int partition, long offset, int leaderEpoch) {
            Position at = merged.isEmpty() ? start.copy() : at(merged.size());
            at.set(partition, offset + 1, leaderEpoch);
            Event event = Event.of("number", partition + ":" + offset).at(at.id(), partition, offset);
            merged.add(event);
            log.append(event);
        }

        /** The position before the record of that number. */
        Position at(int sequence) {
            return sequence == 0
                    ? start.copy()
                    : Position.parse(merged.get(sequence - 1).id(), start);
        }

        List<Event> after(Position had) {
            return merged.stream()
                    .filter(event -> event.offset() >= had.offset(event.partition()))
                    .toList();
        }

        @Override
        public void close() {
            log.close();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void joinsAtAnyPositionAndGivesExactlyWhatIsMissing(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 60; round++) {
            int partitions = 1 + random.nextInt(6);
            try (Node node = node(random, partitions)) {
                for (int client = 0; client < 20; client++) {
                    Position had = somewhere(random, node, partitions);
                    LogCursor cursor = node.log.join(had);
                    if (node.at((int) node.log.tail()).atMost(had)) {
                        assertJoined(node, had, cursor);
                    } else {
                        assertThat(cursor).as("the log no longer holds all").isNull();
                    }
                }
            }
        }
    }

    private static void assertJoined(Node node, Position had, LogCursor cursor) {
        assertThat(cursor).isNotNull();
        assertThat(cursor.position()).isEqualTo(had.id());
        List<Event> got = drain(cursor);
        List<Event> missing = node.after(had);
        assertThat(names(got)).isEqualTo(names(missing));
        Position last = had;
        for (int n = 0; n < got.size(); n++) {
            Position logs = Position.parse(missing.get(n).id(), node.start);
            Position told = Position.parse(got.get(n).id(), node.start);
            assertThat(last.atMost(told)).as("ids never go back").isTrue();
            assertThat(offsets(told)).isEqualTo(offsets(had.max(logs)));
            if (had.atMost(logs)) {
                assertThat(got.get(n)).as("shared once both agree").isSameAs(missing.get(n));
            }
            last = told;
        }
        assertThat(offsets(Position.parse(cursor.position(), node.start)))
                .isEqualTo(offsets(had.max(node.log.headPosition())));
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14})
    void aClientThatComesBackWithAnyIdLosesAndDoublesNothing(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 100; round++) {
            try (Node node = node(random, 1 + random.nextInt(6))) {
                Position had = node.at((int) node.log.tail());
                List<String> seen = new ArrayList<>();
                List<String> missing = names(node.after(had));
                while (seen.size() < missing.size()) {
                    LogCursor cursor = node.log.join(had);
                    for (int n = random.nextInt(5) - 1; n >= 0 && seen.size() < missing.size(); n--) {
                        Event event = (Event) cursor.poll();
                        seen.add(name(event));
                        had = Position.parse(event.id(), node.start);
                    }
                }
                assertThat(seen).isEqualTo(missing);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {21, 22, 23, 24})
    void aClientThatMovesBetweenNodesLosesAndDoublesNothing(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 100; round++) {
            int partitions = 1 + random.nextInt(5);
            List<int[]> records = records(random, partitions, 60);
            try (Node one = new Node(partitions, 128);
                    Node other = new Node(partitions, 128)) {
                merge(random, records, partitions, one);
                merge(random, records, partitions, other);
                Position had = one.start.copy();
                List<String> seen = new ArrayList<>();
                while (seen.size() < records.size()) {
                    LogCursor cursor = (random.nextBoolean() ? one : other).log.join(had);
                    for (int n = random.nextInt(8); n >= 0 && seen.size() < records.size(); n--) {
                        Event event = (Event) cursor.poll();
                        seen.add(name(event));
                        had = Position.parse(event.id(), one.start);
                    }
                }
                assertThat(seen).doesNotHaveDuplicates().hasSize(records.size());
                for (int partition = 0; partition < partitions; partition++) {
                    String prefix = partition + ":";
                    assertThat(seen.stream().filter(name -> name.startsWith(prefix)))
                            .isEqualTo(names(one.merged).stream()
                                    .filter(name -> name.startsWith(prefix))
                                    .toList());
                }
            }
        }
    }

    @Test
    void aGapThatTheClientHasSeenIsLeftOut() {
        try (Node node = new Node(2, 16)) {
            node.append(0, 0, -1);
            Position at = node.at(1);
            at.set(0, 5, -1);
            node.log.append(gap(at, 0, 1, 5));
            at.set(1, 3, -1);
            node.log.append(gap(at, 1, 0, 3));
            Position had = node.start.copy();
            had.set(0, 7, -1);
            LogCursor cursor = node.log.join(had);
            Signal.Gap gap = (Signal.Gap) cursor.poll();
            assertThat(gap.partition()).isEqualTo(1);
            Position told = Position.parse(gap.id(), node.start);
            assertThat(told.offset(0)).isEqualTo(7);
            assertThat(told.offset(1)).isEqualTo(3);
            assertThat(cursor.poll()).isNull();
        }
    }

    @Test
    void aReaderThatLeavesOutMuchGivesTheOthersTheirTurn() {
        try (Node node = new Node(2, 1_024)) {
            node.append(1, 0, -1);
            for (int offset = 0; offset < 1_000; offset++) {
                node.append(0, offset, -1);
            }
            node.append(1, 1, -1);
            Position had = node.start.copy();
            had.set(0, 1_000, -1);
            had.set(1, 0, -1);
            LogCursor cursor = node.log.join(had);
            List<Runnable> wakes = new ArrayList<>();
            cursor.onReady(() -> wakes.add(() -> {}));
            assertThat(name((Event) cursor.poll())).isEqualTo("1:0");
            int turns = 0;
            Signal signal = cursor.poll();
            while (signal == null) {
                assertThat(wakes).as("it owes itself a wake").hasSize(++turns);
                signal = cursor.poll();
            }
            assertThat(turns).isEqualTo(3);
            assertThat(name((Event) signal)).isEqualTo("1:1");
        }
    }

    @Test
    void aClientAheadOfThisNodeWaitsForWhatItLacks() {
        try (Node node = new Node(1, 16)) {
            node.append(0, 0, -1);
            Position had = node.start.copy();
            had.set(0, 3, -1);
            LogCursor cursor = node.log.join(had);
            assertThat(cursor.poll()).isNull();
            for (int offset = 1; offset < 5; offset++) {
                node.append(0, offset, -1);
            }
            assertThat(names(drain(cursor))).containsExactly("0:3", "0:4");
        }
    }

    private static Signal.Gap gap(Position at, int partition, long from, long to) {
        return new Signal.Gap(at.id(), Signal.Reason.RETENTION, partition, from, to, OptionalLong.of(to - from));
    }

    private static Node node(Random random, int partitions) {
        Node node = new Node(partitions, 1 << random.nextInt(2, 8));
        merge(random, records(random, partitions, random.nextInt(200)), partitions, node);
        return node;
    }

    /** Records of all partitions, in offset order within each, with holes as compaction and markers leave them. */
    private static List<int[]> records(Random random, int partitions, int count) {
        int[] next = new int[partitions];
        List<int[]> records = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            int partition = random.nextInt(partitions);
            next[partition] += random.nextInt(4) == 0 ? random.nextInt(5) : 0;
            records.add(new int[] {partition, next[partition]++});
        }
        return records;
    }

    /** Appends the records in a merge order of the node's own. */
    private static void merge(Random random, List<int[]> records, int partitions, Node node) {
        List<Integer> turns =
                new ArrayList<>(records.stream().map(each -> each[0]).toList());
        Collections.shuffle(turns, random);
        List<List<int[]>> queues = new ArrayList<>();
        for (int partition = 0; partition < partitions; partition++) {
            int own = partition;
            queues.add(new ArrayList<>(
                    records.stream().filter(each -> each[0] == own).toList()));
        }
        for (int partition : turns) {
            int[] record = queues.get(partition).remove(0);
            node.append(partition, record[1], record[1] / 50);
        }
    }

    /** A vector between the tail and a little past the head, at times a little before the tail. */
    private static Position somewhere(Random random, Node node, int partitions) {
        Position tail = node.at((int) node.log.tail());
        Position head = node.log.headPosition();
        Position somewhere = node.start.copy();
        for (int partition = 0; partition < partitions; partition++) {
            long low = Math.max(0, tail.offset(partition) - (random.nextInt(10) == 0 ? 1 : 0));
            long high = head.offset(partition) + (random.nextInt(4) == 0 ? 3 : 0);
            somewhere.set(partition, random.nextLong(low, high + 1), -1);
        }
        return somewhere;
    }

    private static List<Event> drain(LogCursor cursor) {
        List<Event> events = new ArrayList<>();
        for (int quiet = 0; quiet < 3; ) {
            Signal signal = cursor.poll();
            if (signal == null) {
                quiet++;
            } else {
                events.add((Event) signal);
            }
        }
        return events;
    }

    private static List<Long> offsets(Position position) {
        return IntStream.range(0, position.partitions())
                .mapToObj(position::offset)
                .toList();
    }

    private static List<String> names(List<Event> events) {
        return events.stream().map(LogCursorTest::name).toList();
    }

    private static String name(Event event) {
        return event.partition() + ":" + event.offset();
    }
}
