package dev.weir.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.Code;
import dev.weir.tck.SourceContract;
import dev.weir.tck.TransportContract;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The contract, its tests and the code table tell the same. */
class ContractPageTest {

    private static final Pattern NUMBERED = Pattern.compile("([a-z]\\d)_\\w+");
    private static final String CONTRACT = Pages.read(Pages.HOME.resolve("docs/reference/contract.md"));
    private static final String ERRORS = Pages.read(Pages.HOME.resolve("docs/reference/errors.md"));

    @Test
    void everyRuleThatATestCarriesIsInTheContract() {
        for (Class<?> contract : Set.of(TransportContract.class, SourceContract.class)) {
            for (Method method : contract.getMethods()) {
                Matcher numbered = NUMBERED.matcher(method.getName());
                if (numbered.matches()) {
                    assertThat(CONTRACT)
                            .as(method.getName())
                            .contains("**" + numbered.group(1).toUpperCase(Locale.ROOT) + "**");
                }
            }
        }
    }

    @Test
    void everyTestThatTheContractNamesExists() throws IOException {
        Set<String> named =
                NUMBERED.matcher(CONTRACT).results().map(MatchResult::group).collect(Collectors.toSet());
        assertThat(named).isNotEmpty();
        named.removeAll(testsInTheProject());
        assertThat(named).as("named in the contract, but no test").isEmpty();
    }

    private static Set<String> testsInTheProject() throws IOException {
        Pattern declared = Pattern.compile("\\b([a-z]\\d_\\w+)\\(");
        Set<String> tests = new TreeSet<>();
        try (Stream<Path> sources =
                Files.find(Pages.HOME, 12, (file, attributes) -> file.toString().endsWith(".java"))) {
            sources.forEach(
                    source -> declared.matcher(Pages.read(source)).results().forEach(test -> tests.add(test.group(1))));
        }
        return tests;
    }

    @Test
    void theCodeTableIsTheEnumeration() {
        for (Code code : Code.values()) {
            String row = Pattern.compile("^\\| `" + code + "` \\|.*$", Pattern.MULTILINE)
                    .matcher(ERRORS)
                    .results()
                    .map(MatchResult::group)
                    .findFirst()
                    .orElse("");
            String[] cells = row.split("\\s*\\|\\s*");
            assertThat(cells).as("row of %s", code).hasSize(6);
            assertThat(cells[3]).as("HTTP status of %s", code).isIn("" + code.http(), "-");
            assertThat(cells[5]).as("%s is retryable", code).isEqualTo(code.retryable() ? "yes" : "no");
        }
    }
}
