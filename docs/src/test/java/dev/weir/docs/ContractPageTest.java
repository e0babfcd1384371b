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
    private static final Pattern OWNERS = Pattern.compile("\\w+Test\\.\\w+");
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
        OWNERS.matcher(CONTRACT).results().forEach(test -> named.add(test.group()));
        assertThat(named).hasSizeGreaterThan(50);
        named.removeAll(testsInTheProject());
        assertThat(named).as("named in the contract, but no test").isEmpty();
    }

    /** The numbered ones by their name, all by their class and name. */
    private static Set<String> testsInTheProject() throws IOException {
        Pattern declared = Pattern.compile("(?:void|Stream<DynamicTest>) (\\w+)\\(");
        Set<String> tests = new TreeSet<>();
        try (Stream<Path> sources = Files.find(
                Pages.HOME, 12, (file, attributes) -> file.toString().matches(".*/src/.*(Test|Contract)\\.java"))) {
            sources.forEach(source -> declared.matcher(Pages.read(source))
                    .results()
                    .forEach(test -> {
                        String type = source.getFileName().toString().replace(".java", "");
                        tests.add(test.group(1));
                        tests.add(type + "." + test.group(1));
                    }));
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
