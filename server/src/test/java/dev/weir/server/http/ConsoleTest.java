package dev.weir.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.server.run.Running;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.support.ui.Select;
import org.openqa.selenium.support.ui.WebDriverWait;

/** The console in a real browser. */
@Timeout(120)
class ConsoleTest {

    private static final String HOSTILE =
            "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>";

    @TempDir
    private Path profile;

    private Running server;
    private ChromeDriver browser;

    @BeforeEach
    void start() {
        Optional<File> chromium = onPath("chromium", "google-chrome", "chromium-browser");
        Optional<File> driver = onPath("chromedriver");
        boolean there = chromium.isPresent() && driver.isPresent();
        if (!"true".equals(System.getenv("CI"))) {
            assumeTrue(there, "chromium and chromedriver are not on the PATH");
        }
        assertThat(there).as("chromium and chromedriver on the PATH").isTrue();
        Logger.getLogger("org.openqa.selenium").setLevel(Level.SEVERE);
        server = Running.with("access", "playground", "quiet");
        browser = new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(driver.orElseThrow())
                        .build(),
                new ChromeOptions()
                        .setBinary(chromium.orElseThrow())
                        .addArguments(
                                "--headless",
                                "--no-sandbox",
                                "--disable-gpu",
                                "--disable-dev-shm-usage",
                                "--no-first-run",
                                "--disable-background-networking",
                                "--disable-component-update",
                                "--disable-sync",
                                "--user-data-dir=" + profile));
    }

    @AfterEach
    void stop() {
        if (browser != null) {
            browser.quit();
        }
        if (server != null) {
            server.close();
        }
    }

    @Test
    void whatIsPublishedAppearsInTheTail() {
        open("playground");
        assertThat(browser.findElements(By.cssSelector("#topics button")))
                .extracting(WebElement::getText)
                .containsExactly("access", "playground", "quiet");

        publish("greeting", "{\"n\": 1}");

        until(() -> text("#published").contains("offset 0"));
        until(() -> rows().contains("{\"n\": 1}"));
        assertThat(rows()).contains("greeting");
        assertThat(text("#lines"))
                .contains("curl -N '" + server.ready.http() + "/events/playground'", server.ready.grpc());
        assertThat(text("#health")).isEqualTo("ready");
    }

    @Test
    void hostileDataStayText() {
        open("playground");

        publish(HOSTILE.substring(0, 60), HOSTILE);

        until(() -> rows().contains(HOSTILE));
        assertThat(browser.getTitle()).isEqualTo("Weir");
        assertThat(browser.findElements(By.cssSelector("#events img, #events script")))
                .isEmpty();
        assertThat(browser.manage().logs().get(LogType.BROWSER).getAll()).isEmpty();
    }

    @Test
    void aPausedTailGoesOnAfterTheLastId() {
        open("playground");
        publish("", "first");
        until(() -> rows().contains("first"));

        browser.findElement(By.id("pause")).click();
        until(() -> text("#state").contains("paused"));
        server.post("/topics/playground/events", "second");
        server.post("/topics/playground/events", "third");
        browser.findElement(By.id("pause")).click();

        until(() -> rows().contains("third"));
        List<String> data = browser.findElements(By.cssSelector("#events tr:not(.control) td:last-child")).stream()
                .map(WebElement::getText)
                .toList();
        assertThat(data).containsExactly("first", "second", "third");
    }

    @Test
    void aTailResumesFromAnIdAndTellsRefusals() {
        server.post("/topics/playground/events", "first");
        server.post("/topics/playground/events", "second");
        open("playground");
        until(() -> rows().contains("second"));
        String id = browser.findElements(By.cssSelector("#events tr:not(.control) td:first-child"))
                .get(0)
                .getText();

        resume(id);
        until(() -> rows().contains("second") && !rows().contains("first"));
        assertThat(rows()).doesNotContain("first");

        resume("nonsense!");
        until(() -> text("#state").startsWith("400: "));
    }

    @Test
    void theEndOfTheServerIsShown() {
        open("quiet");

        server.node.close();

        until(() -> text("#state").contains("trying again"));
        until(() -> rows().contains("shutdown"));
    }

    @Test
    void aBrowsersOwnEventSourceReadsIt() {
        open("quiet");
        server.post("/topics/playground/events", "hello");

        Object data = browser.executeAsyncScript("""
                const done = arguments[arguments.length - 1];
                const source = new EventSource('/events/playground?from=earliest&limit=1');
                source.onmessage = (event) => done(event.data + ' ' + (event.lastEventId !== ''));
                """);

        assertThat(data).isEqualTo("hello true");
    }

    private void open(String topic) {
        browser.manage().timeouts().scriptTimeout(Duration.ofSeconds(20));
        browser.get(server.ready.http() + "/#" + topic);
        until(() -> text("#state").startsWith("live") && text("#topic").equals(topic));
    }

    private void publish(String type, String data) {
        new Select(browser.findElement(By.id("to"))).selectByVisibleText("playground");
        fill("type", type);
        fill("data", data);
        browser.findElement(By.cssSelector("#publish button")).click();
    }

    private void resume(String id) {
        fill("after", id);
        browser.findElement(By.cssSelector("#start button:not([type])")).click();
    }

    private void fill(String id, String text) {
        WebElement field = browser.findElement(By.id(id));
        field.clear();
        field.sendKeys(text);
    }

    private String rows() {
        return text("#events");
    }

    private String text(String selector) {
        return String.valueOf(browser.executeScript("return document.querySelector(arguments[0]).innerText", selector));
    }

    private void until(BooleanSupplier condition) {
        new WebDriverWait(browser, Duration.ofSeconds(20), Duration.ofMillis(50))
                .until(any -> condition.getAsBoolean());
    }

    private static Optional<File> onPath(String... names) {
        return Stream.of(names)
                .flatMap(name -> Stream.of(System.getenv("PATH").split(File.pathSeparator))
                        .map(folder -> new File(folder, name)))
                .filter(File::canExecute)
                .findFirst();
    }
}
