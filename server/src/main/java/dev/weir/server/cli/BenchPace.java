package dev.weir.server.cli;

import dev.weir.hub.Pace;
import dev.weir.server.config.Config;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code RATE[xSIZE][+BURST]}. */
final class BenchPace implements ITypeConverter<Pace> {

    private static final Pattern FORM = Pattern.compile("(\\d{1,9})(?:x(\\d{1,9}))?(?:\\+(\\d{1,9}))?");

    @Override
    public Pace convert(String text) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw new TypeConversionException(
                    text + ": allowed is RATE[xSIZE][+BURST], such as 1000, 1000x128 or 0x128+50000");
        }
        try {
            return new Pace(
                    Integer.parseInt(parts.group(1)),
                    parts.group(2) == null ? Config.Generated.USUAL.size() : Integer.parseInt(parts.group(2)),
                    parts.group(3) == null ? 0 : Integer.parseInt(parts.group(3)));
        } catch (IllegalArgumentException outOfBounds) {
            throw new TypeConversionException(outOfBounds.getMessage());
        }
    }
}
