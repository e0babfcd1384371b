package dev.weir.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Links between the project's own files lead somewhere, down to the heading. */
class LinksTest {

    private static final Pattern CODE = Pattern.compile("^```.*?^```$|`[^`\n]+`", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("^#+ (.+)$", Pattern.MULTILINE);

    static List<Path> pages() {
        return Pages.all();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyLinkLeadsSomewhere(Path page) {
        Matcher links = LINK.matcher(CODE.matcher(Pages.read(page)).replaceAll(""));
        List<String> broken = new ArrayList<>();
        while (links.find()) {
            String link = links.group(1);
            if (!link.contains("://") && !leads(page, link)) {
                broken.add(link);
            }
        }
        assertThat(broken).as("broken links of %s", Pages.name(page)).isEmpty();
    }

    private static boolean leads(Path page, String link) {
        int mark = link.indexOf('#');
        String file = mark < 0 ? link : link.substring(0, mark);
        Path target = file.isEmpty() ? page : page.resolveSibling(file).normalize();
        return Files.exists(target) && (mark < 0 || headings(target).contains(link.substring(mark + 1)));
    }

    /** As Markdown viewers make anchors of headings. */
    private static Set<String> headings(Path page) {
        return HEADING.matcher(Pages.read(page))
                .results()
                .map(MatchResult::group)
                .map(heading -> heading.replaceFirst("#+ ", "")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\w\\- ]", "")
                        .replace(' ', '-'))
                .collect(Collectors.toSet());
    }
}
