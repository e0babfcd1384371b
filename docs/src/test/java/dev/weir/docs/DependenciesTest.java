package dev.weir.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What pages tell to put into a pom is there, in the version of this build. */
class DependenciesTest {

    private static final Pattern DEPENDENCY =
            Pattern.compile("<artifactId>(weir-[\\w-]+)</artifactId>\\s*(?:<version>([^<]*)</version>)?");

    @Test
    void pagesNameModulesInTheVersionOfThisBuild() {
        String pom = Pages.read(Pages.HOME.resolve("pom.xml"));
        String version =
                DEPENDENCY.matcher(pom).results().findFirst().orElseThrow().group(2);
        List<MatchResult> told = Pages.all().stream()
                .flatMap(page -> DEPENDENCY.matcher(Pages.read(page)).results())
                .toList();
        assertThat(told).extracting(dependency -> dependency.group(2)).containsOnly(version);
        assertThat(told)
                .allSatisfy(
                        dependency -> assertThat(pom).contains("<artifactId>" + dependency.group(1) + "</artifactId>"));
    }
}
