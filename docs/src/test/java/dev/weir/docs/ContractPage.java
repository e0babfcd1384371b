package dev.weir.docs;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The numbered rules of a page, each with its state and the tests that it lists. */
record ContractPage(List<Rule> rules) {

    /** A rule begins with its number at the margin and ends at the next line that is not indented. */
    private static final Pattern RULE =
            Pattern.compile("^- \\*\\*([A-Z]\\d+)\\*\\* \\*\\(([^)]*)\\)\\*(.*(?:\\n  .*)*)", Pattern.MULTILINE);

    private static final Pattern LISTED = Pattern.compile("`([a-z]\\d+_\\w+|\\w+Test\\.\\w+)`");
    private static final Pattern NUMBERED = Pattern.compile("\\w+\\.(([a-z]\\d+)_\\w+)");
    private static final Pattern TEST = Pattern.compile(
            "@(?:Test|ParameterizedTest|RepeatedTest|TestFactory|ArchTest)\\b.*?(?:void|Stream<DynamicTest>) (\\w+)\\(",
            Pattern.DOTALL);
    private static final Pattern TEXT_BLOCK = Pattern.compile("\"\"\"\n.*?\"\"\"", Pattern.DOTALL);
    private static final Set<String> STATES = Set.of("in force", "in part", "planned");

    record Rule(String number, String state, Set<String> tests) {}

    static ContractPage read(String text) {
        return new ContractPage(RULE.matcher(text)
                .results()
                .map(rule -> new Rule(rule.group(1), rule.group(2), listed(rule.group(3))))
                .toList());
    }

    private static Set<String> listed(String text) {
        return LISTED.matcher(text).results().map(test -> test.group(1)).collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * Where the page and the tests disagree.
     *
     * @param tests all tests there are, as {@code Class.method}
     * @return a sentence for each; empty if they agree
     */
    List<String> disagreements(Set<String> tests) {
        List<String> found = new ArrayList<>();
        for (Rule rule : rules) {
            if (!STATES.contains(rule.state())) {
                found.add(rule.number() + " is \"" + rule.state() + "\", which is no state");
            }
            if (rules.stream()
                            .filter(other -> other.number().equals(rule.number()))
                            .count()
                    > 1) {
                found.add(rule.number() + " is there twice");
            }
            if (rule.tests().isEmpty() && !rule.state().equals("planned")) {
                found.add(rule.number() + " is " + rule.state() + " and lists no test");
            }
            rule.tests().stream()
                    .filter(listed -> tests.stream().noneMatch(test -> is(listed, test)))
                    .forEach(listed -> found.add(rule.number() + " lists " + listed + ", which is no test"));
        }
        for (String test : new TreeSet<>(tests)) {
            Matcher numbered = NUMBERED.matcher(test);
            if (numbered.matches()) {
                String number = numbered.group(2).toUpperCase(Locale.ROOT);
                if (rules.stream().noneMatch(rule -> rule.number().equals(number))) {
                    found.add(test + " proves " + number + ", which is no rule");
                } else if (rules.stream()
                        .noneMatch(rule ->
                                rule.number().equals(number) && rule.tests().contains(numbered.group(1)))) {
                    found.add(test + " is not listed under " + number);
                }
            }
        }
        return found;
    }

    private static boolean is(String listed, String test) {
        return listed.contains(".") ? listed.equals(test) : test.endsWith("." + listed);
    }

    /** The tests in the text of a Java file, as {@code Class.method}. What is disabled proves nothing. */
    static Set<String> tests(String type, String java) {
        return TEST.matcher(TEXT_BLOCK.matcher(java).replaceAll("\"\""))
                .results()
                .filter(test -> !test.group().contains("@Disabled"))
                .map(test -> type + "." + test.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
