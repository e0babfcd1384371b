package dev.weir.transport.http;

import dev.weir.Code;
import dev.weir.Refusal;
import java.util.List;
import java.util.Locale;

/** Proactive negotiation by the header Accept (RFC 9110, section 12.5.1). Parameters other than {@code q} are ignored. */
final class Accept {

    private Accept() {}

    /** The offer liked best, the earlier of two liked equally; without the header the first. Refuses with not-acceptable. */
    static String choose(List<String> offers, List<String> accepts) {
        if (accepts.isEmpty()) {
            return offers.get(0);
        }
        String[] ranges = String.join(",", accepts).toLowerCase(Locale.ROOT).split(",");
        String best = "";
        double most = 0;
        for (String offer : offers) {
            double quality = quality(offer, ranges);
            if (quality > most) {
                best = offer;
                most = quality;
            }
        }
        if (best.isEmpty()) {
            throw new Refusal(Code.NOT_ACCEPTABLE, "Accept: offered here are " + String.join(", ", offers));
        }
        return best;
    }

    /** Of the most specific range that matches. */
    private static double quality(String offer, String[] ranges) {
        double quality = 0;
        int specific = -1;
        for (String range : ranges) {
            String[] parts = range.split(";", -1);
            int matches = matches(offer, parts[0].strip());
            if (matches > specific) {
                specific = matches;
                quality = q(parts);
            }
        }
        return quality;
    }

    private static int matches(String offer, String range) {
        if (range.equals(offer)) {
            return 2;
        }
        if (range.equals("*/*")) {
            return 0;
        }
        return range.endsWith("/*") && offer.startsWith(range.substring(0, range.length() - 1)) ? 1 : -1;
    }

    private static double q(String[] parts) {
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].strip();
            if (parameter.startsWith("q=")) {
                return parameter.matches("q=(0(\\.\\d{0,3})?|1(\\.0{0,3})?)")
                        ? Double.parseDouble(parameter.substring(2))
                        : 0;
            }
        }
        return 1;
    }
}
