package dev.weir.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A block below {@code <!-- file: name -->} is that file, which lies beside the page and is what tests run. */
class IncludedFilesTest {

    private static final Pattern BLOCK = Pattern.compile("<!-- file: (\\S+) -->\n```\\w+\n(.*?)```\n", Pattern.DOTALL);

    @Test
    void blocksAreTheFilesThatTheyName() {
        int found = 0;
        for (Path page : Pages.all()) {
            List<MatchResult> blocks = BLOCK.matcher(Pages.read(page)).results().toList();
            for (MatchResult block : blocks) {
                assertThat(block.group(2))
                        .as("%s in %s", block.group(1), Pages.name(page))
                        .isEqualTo(Pages.read(page.resolveSibling(block.group(1))));
                found++;
            }
        }
        assertThat(found).isPositive();
    }
}
