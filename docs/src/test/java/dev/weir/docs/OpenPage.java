package dev.weir.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

/** A page in a real browser. */
final class OpenPage implements Copy {

    private final ChromeDriver browser;

    /** Opens it. */
    OpenPage(String url, Path profile) {
        Optional<File> chromium = onPath("chromium", "google-chrome", "chromium-browser");
        Optional<File> driver = onPath("chromedriver");
        assertThat(chromium).as("chromium on the PATH; .ci/run has its package").isPresent();
        assertThat(driver)
                .as("chromedriver on the PATH; .ci/run has its package")
                .isPresent();
        Logger.getLogger("org.openqa.selenium").setLevel(Level.SEVERE);
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
        browser.get(url);
    }

    @Override
    public String events() {
        return text("events");
    }

    @Override
    public String notes() {
        return text("notes");
    }

    @Override
    public boolean over() {
        return notes().lines().anyMatch(line -> line.startsWith("end"));
    }

    @Override
    public boolean refused() {
        return notes().lines().anyMatch(line -> line.startsWith("refused"));
    }

    @Override
    public void close() {
        browser.quit();
    }

    private String text(String id) {
        return (String) Objects.requireNonNull(
                browser.executeScript("return document.getElementById(arguments[0]).textContent", id));
    }

    private static Optional<File> onPath(String... names) {
        return Stream.of(names)
                .flatMap(name -> Stream.of(System.getenv("PATH").split(File.pathSeparator))
                        .map(folder -> new File(folder, name)))
                .filter(File::canExecute)
                .findFirst();
    }
}
