package dev.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SubscriptionTest {

    @Test
    void whatIsNotGivenHasItsDefault() {
        Subscription asked = parse("orders");
        assertThat(asked.name()).isEqualTo("orders");
        assertThat(asked.start()).isEqualTo(new Start.Latest());
        assertThat(asked.until()).isEmpty();
        assertThat(asked.limit()).isEmpty();
        assertThat(asked.waiting()).isEmpty();
        assertThat(asked.filter()).isEqualTo(Filter.ALL);
        assertThat(asked.heartbeat()).isEqualTo(Duration.ofSeconds(15));
        assertThat(asked.onGap()).isEqualTo(Subscription.OnGap.CONTINUE);
        assertThat(asked.format()).isEqualTo(Format.DEFAULT);
        assertThat(asked.parameters()).isEmpty();
        assertThat(asked.bounded()).isFalse();
        assertThat(Subscription.to("orders").start()).isEqualTo(asked.start());
    }

    @Test
    void everyParameterIsRead() {
        Subscription asked = parse("orders?from=last:5&until=latest&limit=7&wait=9&type=a&type=b&key=k%201&heartbeat=60"
                + "&heartbeat-as=comment&envelope=full&encoding=base64&on-gap=fail&table=t&empty="
                + "&slow=drop-oldest&header.region=eu&header.region=us");
        assertThat(asked.start()).isEqualTo(new Start.Last(5));
        assertThat(asked.until()).contains(new Subscription.Until(null));
        assertThat(asked.limit()).isEqualTo(OptionalLong.of(7));
        assertThat(asked.waiting()).contains(Duration.ofSeconds(9));
        assertThat(asked.filter())
                .isEqualTo(new Filter(
                        Set.of("a", "b"),
                        Set.of(Bytes.utf8("k 1")),
                        Map.of("region", Set.of(Bytes.utf8("eu"), Bytes.utf8("us")))));
        assertThat(asked.slow()).contains(Subscription.Slow.DROP_OLDEST);
        assertThat(asked.heartbeat()).isEqualTo(Duration.ofSeconds(60));
        assertThat(asked.onGap()).isEqualTo(Subscription.OnGap.FAIL);
        assertThat(asked.format())
                .isEqualTo(new Format(Format.Envelope.FULL, Format.Encoding.BASE64, Format.Heartbeats.COMMENT));
        assertThat(asked.parameters()).containsOnly(Map.entry("table", "t"), Map.entry("empty", ""));
        assertThat(asked.required("table")).isEqualTo("t");
        assertThat(asked.bounded()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "from=",
                "from=yesterday",
                "from=LATEST",
                "from=last:",
                "from=last:0",
                "from=last:-1",
                "from=last:+1",
                "from=last:1.5",
                "from=last:1000000001",
                "from=last:99999999999999999999",
                "from=2026-01-01",
                "from=9999-01-01T00:00:00Z",
                "from=latest&from=latest",
                "after=",
                "after=a%20b",
                "after=%C3%A9",
                "after=a&after=b",
                "until=tomorrow",
                "until=9999-01-01T00:00:00Z",
                "limit=0",
                "limit=-1",
                "limit=x",
                "limit=",
                "limit=9223372036854775808",
                "wait=0",
                "wait=3601",
                "heartbeat=0",
                "heartbeat=61",
                "heartbeat=1.5",
                "heartbeat= 5",
                "on-gap=",
                "on-gap=maybe",
                "on-gap=FAIL",
                "slow=fast",
                "slow=drop_oldest",
                "header.=x",
                "encoding=rot13",
                "envelope=blue",
                "heartbeat-as=song",
                "colour=a&colour=b"
            })
    void whatIsNotAllowedIsRefusedByItsName(String query) {
        String name = query.substring(0, query.indexOf('='));
        assertThatThrownBy(() -> parse("orders?" + query))
                .isInstanceOfSatisfying(
                        Refusal.class, no -> assertThat(no.code()).isEqualTo(Code.BAD_REQUEST))
                .message()
                .startsWith(name)
                .doesNotContain("Exception");
    }

    @ParameterizedTest
    @ValueSource(strings = {"orders?a=%", "orders?a=%4", "orders?a=%zz", "orders?a=%ff", "%C3", "a%2", "%-1"})
    void malformedPercentEncodingIsRefused(String nameAndQuery) {
        assertThatThrownBy(() -> parse(nameAndQuery))
                .isInstanceOfSatisfying(
                        Refusal.class, no -> assertThat(no.code()).isEqualTo(Code.BAD_REQUEST))
                .hasMessageContaining("percent-encoding");
    }

    @ParameterizedTest
    @CsvSource({"a%20b,a b", "a+b,a+b", "%C3%A9,é", "%F0%9F%98%80,😀", "orders,orders", "a%2Fb,a/b", "a%3Fb,a?b"})
    void theNameIsPercentDecoded(String name, String decoded) {
        assertThat(parse(name).name()).isEqualTo(decoded);
    }

    @Test
    void aPlusInTheQueryIsASpace() {
        assertThat(parse("orders?a+b=c+d%2B").parameters()).containsOnly(Map.entry("a b", "c d+"));
    }

    @Test
    void emptyPairsAreNothing() {
        assertThat(parse("orders?&&a=1&").parameters()).containsOnly(Map.entry("a", "1"));
    }

    @Test
    void aMessageShowsNoControlCharactersAndNotEverything() {
        assertThatThrownBy(() -> parse("orders?limit=%0A%1B%5Bred" + "x".repeat(5_000)))
                .message()
                .hasSizeLessThan(200)
                .doesNotContain("\n", "\u001b");
    }

    @Test
    void twoStartsAreAConflict() {
        assertThatThrownBy(() -> parse("orders?from=latest&after=x"))
                .isInstanceOfSatisfying(
                        Refusal.class, no -> assertThat(no.code()).isEqualTo(Code.CONFLICT));
    }

    @Test
    void lastEventIdOverridesTheQueryUnlessItIsEmpty() {
        assertThat(from("orders?from=earliest", "id-7").start()).isEqualTo(new Start.After("id-7"));
        assertThat(from("orders?after=id-3", "id-7").start()).isEqualTo(new Start.After("id-7"));
        assertThat(from("orders?from=earliest", "").start()).isEqualTo(new Start.Earliest());
        assertThatThrownBy(() -> from("orders", "no id")).hasMessageContaining("Last-Event-ID");
    }

    @Test
    void theSuffixOfAFinishedStreamIsIgnored() {
        assertThat(parse("orders?after=id-7.end").start()).isEqualTo(new Start.After("id-7"));
    }

    @Test
    void anIdHasAtMost2048Characters() {
        assertThat(parse("orders?after=" + "a".repeat(2_048)).start()).isInstanceOf(Start.After.class);
        assertThatThrownBy(() -> parse("orders?after=" + "a".repeat(2_049))).isInstanceOf(Refusal.class);
    }

    @Test
    void startsAtATimeAndNotBefore1970() {
        assertThat(parse("orders?from=2026-01-31T12:00:00.5Z").start())
                .isEqualTo(new Start.At(Instant.parse("2026-01-31T12:00:00.500Z")));
        assertThat(parse("orders?from=-1000000000-01-01T00:00:00Z").start()).isEqualTo(new Start.At(Instant.EPOCH));
    }

    @Test
    void severalTopicsAreNamesInOrder() {
        Subscription asked = parse("b?topic=c&topic=a&topic=b");
        assertThat(asked.names()).containsExactly("a", "b", "c");
    }

    @Test
    void aSubscriptionWithoutANameIsRefused() {
        assertThatThrownBy(() -> parse("?limit=1")).isInstanceOf(Refusal.class).hasMessageContaining("topic: missing");
    }

    @Test
    void aSourceTellsWhichParameterItNeedsOrDoesNotKnow() {
        assertThatThrownBy(() -> parse("report").required("table")).hasMessage("table: missing; report needs it");
        assertThatThrownBy(() -> parse("orders?colour=red").refuseOtherParameters())
                .hasMessageStartingWith("colour: unknown parameter; allowed are topic, from,");
        parse("orders?limit=1").refuseOtherParameters();
        parse("report?table=t&limit=1").refuseOtherParameters("table", "since");
        assertThatThrownBy(() -> parse("report?table=t&tabel=t").refuseOtherParameters("table", "since"))
                .hasMessageStartingWith("tabel: unknown parameter; allowed are table, since, topic, from,");
    }

    @Test
    void aSourceReadsItsNumbers() {
        assertThat(parse("report").number("rows", 1, 100, 10)).isEqualTo(10);
        assertThat(parse("report?rows=100").number("rows", 1, 100, 10)).isEqualTo(100);
        for (String wrong : List.of("0", "101", "ten", "", "1.5", "+1", "99999999999999999999")) {
            assertThatThrownBy(() ->
                            parse("report?rows=" + wrong.replace("+", "%2B")).number("rows", 1, 100, 10))
                    .hasMessage("rows=" + wrong + ": allowed are whole numbers from 1 to 100");
        }
    }

    @Test
    void aSourceThatCannotBeResumedSaysSo() {
        parse("report").refuseOtherBounds();
        parse("report?from=earliest").refuseOtherBounds();
        for (String start : List.of("from=last:3", "from=2026-01-01T00:00:00Z", "after=7")) {
            assertThatThrownBy(() -> parse("report?" + start).refuseOtherBounds())
                    .hasMessageContaining("report can't be resumed");
        }
    }

    @Test
    void aSourceThatKnowsNoSuchEndSaysSo() {
        parse("report?limit=3&wait=1").refuseUntil();
        for (String until : List.of("latest", "2026-01-01T00:00:00Z")) {
            Subscription asked = parse("report?until=" + until);
            assertThatThrownBy(asked::refuseUntil).hasMessageContaining("until: report knows no such end");
            assertThatThrownBy(asked::refuseOtherBounds).hasMessageContaining("until: report knows no such end");
        }
    }

    @Test
    void whatATransportHasReadIsNotForTheSource() {
        Subscription asked = parse("report?format=csv&table=t");
        assertThat(asked.without(Set.of("format", "other")).parameters()).containsOnly(Map.entry("table", "t"));
        assertThat(asked.without(Set.of())).isEqualTo(asked);
    }

    @Test
    void aChangedCopyDiffersInThatOnly() {
        Subscription asked = parse("orders?limit=3");
        assertThat(asked.withStart(new Start.Earliest()).start()).isEqualTo(new Start.Earliest());
        assertThat(asked.withOnGap(Subscription.OnGap.FAIL).withOnGap(Subscription.OnGap.CONTINUE))
                .isEqualTo(asked);
    }

    @Test
    void aFilterTakesAlternativesOfAKindAndAllKinds() {
        Header eu = new Header("region", Bytes.utf8("eu"));
        Event event = new Event("", 0, 0, 0, "a", Bytes.utf8("k"), List.of(eu, new Header("empty", null)), Bytes.EMPTY);
        assertThat(Filter.ALL.accepts(event)).isTrue();
        assertThat(filter("type=b&type=a").accepts(event)).isTrue();
        assertThat(filter("type=b").accepts(event)).isFalse();
        assertThat(filter("type=a&key=other").accepts(event)).isFalse();
        assertThat(filter("type=a&key=k").accepts(event)).isTrue();
        assertThat(filter("type=a").accepts(Event.of(null, "x"))).isFalse();
        assertThat(filter("key=k").accepts(Event.of("a", "x"))).isFalse();
        assertThat(filter("header.region=us&header.region=eu").accepts(event)).isTrue();
        assertThat(filter("header.region=us").accepts(event)).isFalse();
        assertThat(filter("header.region=eu&header.tenant=t").accepts(event)).isFalse();
        assertThat(filter("header.empty=").accepts(event))
                .as("no value is not the empty value")
                .isFalse();
        assertThat(filter("header.region=eu&type=b").accepts(event)).isFalse();
    }

    private static Filter filter(String query) {
        return parse("orders?" + query).filter();
    }

    @Test
    void codesHaveTheNamesAndNumbersOfTheTable() {
        assertThat(List.of(Code.values())).extracting(Code::toString).startsWith("bad-request", "unauthenticated");
        assertThat(Code.POSITION_EXPIRED.http()).isEqualTo(410);
        assertThat(Code.POSITION_EXPIRED.grpc()).isEqualTo(11);
        assertThat(List.of(Code.values()).stream().filter(Code::retryable))
                .containsExactly(
                        Code.QUOTA,
                        Code.INTERNAL,
                        Code.OVERLOADED,
                        Code.SHUTDOWN,
                        Code.SOURCE_UNAVAILABLE,
                        Code.MAX_DURATION,
                        Code.SLOW_CONSUMER);
    }

    private static Subscription parse(String nameAndQuery) {
        return Subscription.parse(nameAndQuery, Bytes.EMPTY, Caller.at(new InetSocketAddress(0)));
    }

    private static Subscription from(String nameAndQuery, String lastEventId) {
        Caller caller =
                new Caller(new InetSocketAddress(0), Map.of("last-event-id", lastEventId)::get, Optional.empty());
        return Subscription.parse(nameAndQuery, Bytes.EMPTY, caller);
    }

    @Test
    void aBodyThatIsTooLargeIsRefusedOnEveryTransport() {
        Caller caller = Caller.at(new InetSocketAddress(0));
        Bytes most = Bytes.owned(new byte[Subscription.MAX_BODY]);
        assertThat(Subscription.parse("echo", most, caller).body()).isEqualTo(most);
        assertThatThrownBy(() -> Subscription.parse("echo", Bytes.owned(new byte[Subscription.MAX_BODY + 1]), caller))
                .isInstanceOfSatisfying(
                        Refusal.class, no -> assertThat(no.code()).isEqualTo(Code.TOO_LARGE))
                .hasMessage("body: allowed are 1048576 bytes");
    }
}
