package dev.weir.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every block of Java in the documentation that names a snippet is that region of the code. With {@code
 * -Dsnippets=write} the blocks are written instead of compared.
 */
class SnippetsTest {

    private static final Path CODE = Pages.HOME.resolve("docs/src/test/java/dev/weir/docs");
    private static final Pattern BLOCK =
            Pattern.compile("<!-- snippet: (\\w+\\.java)#([\\w-]+) -->\n```java\n(.*?)```\n", Pattern.DOTALL);
    private static final Pattern MARK = Pattern.compile("^<!-- snippet: [^>]*-->", Pattern.MULTILINE);
    private static final Pattern JAVA =
            Pattern.compile("(<!-- (?:snippet|file): [^>]*-->\n)?^```java$", Pattern.MULTILINE);

    static List<Path> pages() {
        return Pages.all();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void blocksAreTheCodeThatTheyName(Path page) throws IOException {
        String text = Pages.read(page);
        String expected = BLOCK.matcher(text)
                .replaceAll(block -> Matcher.quoteReplacement("<!-- snippet: " + block.group(1) + "#" + block.group(2)
                        + " -->\n```java\n" + region(block.group(1), block.group(2)) + "```\n"));
        if (System.getProperty("snippets", "").equals("write")) {
            Files.writeString(page, expected);
        } else {
            assertThat(text).as(Pages.name(page)).isEqualTo(expected);
        }
        assertThat(MARK.matcher(text).results().count())
                .as("%s: each mark stands right above a block of Java", Pages.name(page))
                .isEqualTo(BLOCK.matcher(text).results().count());
    }

    @Test
    void everyBlockOfJavaUnderDocsNamesItsCode() {
        for (Path page : Pages.all()) {
            if (page.startsWith(Pages.HOME.resolve("docs"))) {
                List<String> unnamed = JAVA.matcher(Pages.read(page))
                        .results()
                        .map(MatchResult::group)
                        .filter(block -> !block.startsWith("<!--"))
                        .toList();
                assertThat(unnamed).as(Pages.name(page)).isEmpty();
            }
        }
    }

    /** The region between its two comments, moved to the left margin, without the comments of regions within. */
    private static String region(String file, String name) {
        String code = Pages.read(CODE.resolve(file));
        Matcher region = Pattern.compile(
                        "^ *// snippet:" + name + "\n(.*?)^ *// end:" + name + "$", Pattern.MULTILINE | Pattern.DOTALL)
                .matcher(code);
        assertThat(region.find()).as("%s has a region %s", file, name).isTrue();
        return region.group(1)
                .replaceAll("(?m)^ *// (snippet|end):[\\w-]+\n", "")
                .stripIndent();
    }
}
