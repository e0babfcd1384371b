package dev.weir.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The contract, its tests and the code table tell the same. */
class ContractPageTest {

    private static final String CONTRACT = Pages.read(Pages.HOME.resolve("docs/reference/contract.md"));
    private static final String ERRORS = Pages.read(Pages.HOME.resolve("docs/reference/errors.md"));
    private static final Pattern RULE_IN_BOLD = Pattern.compile("\\*\\*[A-Z]\\d+\\*\\*");

    @Test
    void everyRuleHasItsTestsAndEveryNumberedTestItsRule() throws IOException {
        ContractPage page = ContractPage.read(CONTRACT);

        assertThat(page.rules())
                .hasSize((int) RULE_IN_BOLD.matcher(CONTRACT).results().count());
        assertThat(page.rules()).hasSizeGreaterThan(40);
        assertThat(page.disagreements(testsInTheProject())).isEmpty();
    }

    /** Those of every module, and the contracts of the kit, which others run. */
    private static Set<String> testsInTheProject() throws IOException {
        Set<String> tests = new TreeSet<>();
        try (Stream<Path> sources = Files.find(
                Pages.HOME,
                14,
                (file, attributes) -> Pages.name(file)
                        .matches("[\\w-]+/src/test/java/.*\\.java|tck/src/main/java/.*Contract\\.java"))) {
            sources.forEach(source -> tests.addAll(
                    ContractPage.tests(source.getFileName().toString().replace(".java", ""), Pages.read(source))));
        }
        assertThat(tests).hasSizeGreaterThan(300);
        return tests;
    }

    @Test
    void aPageAndTestsThatAgreeHaveNoDisagreements() {
        ContractPage page = ContractPage.read("""
                ## A. Made up

                - **A1** *(in force)* Order.
                  More of it. Tests: `a1_one`, `OtherTest.another`.
                - **A2** *(planned)* Nothing yet.
                - **A10** *(in part)* Half. Test: `a10_ten`.
                  **Planned:** the rest.
                """);

        assertThat(page.rules()).extracting(ContractPage.Rule::number).containsExactly("A1", "A2", "A10");
        assertThat(page.disagreements(
                        Set.of("SomeContract.a1_one", "OtherTest.another", "TenTest.a10_ten", "TenTest.unnumbered")))
                .isEmpty();
    }

    @Test
    void everyDisagreementIsFound() {
        ContractPage page = ContractPage.read("""
                - **A1** *(in force)* No test.
                - **A2** *(in part)* No test either. **Planned:** `a6_later`, unwritten.

                Between the rules: `a2_outside`.

                - **A3** *(in force)* Listed under another. Tests: `a3_three`, `a4_four`.
                - **A4** *(in force)* Tests: `WrongTest.another`, `a4_gone`.
                - **A5** *(perhaps)* Test: `a5_five`.
                - **A5** *(in force)* Test: `a5_five`.
                """);

        assertThat(page.disagreements(Set.of(
                        "Contract.a3_three",
                        "Contract.a4_four",
                        "Contract.a2_outside",
                        "FiveTest.a5_five",
                        "NineTest.a9_nine",
                        "OtherTest.another")))
                .containsExactlyInAnyOrder(
                        "A1 is in force and lists no test",
                        "A2 lists a6_later, which is no test",
                        "A4 lists WrongTest.another, which is no test",
                        "A4 lists a4_gone, which is no test",
                        "A5 is \"perhaps\", which is no state",
                        "A5 is there twice",
                        "A5 is there twice",
                        "Contract.a2_outside is not listed under A2",
                        "Contract.a4_four is not listed under A4",
                        "NineTest.a9_nine proves A9, which is no rule");
    }

    @Test
    void aTestIsWhatIsAnnotatedAndNotDisabled() {
        assertThat(ContractPage.tests("FileTest", """
                void a1_helper() {}
                @Test
                default void a1_plain(Stage stage) {}
                @ParameterizedTest @CsvSource({"a,{b}", "c;d"})
                void a2_many(String text) {}
                @TestFactory
                Stream<DynamicTest> a3_made() {}
                @Test @Disabled("later")
                void a4_disabled() {}
                """))
                .containsExactly("FileTest.a1_plain", "FileTest.a2_many", "FileTest.a3_made");
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
