package dev.weir.benchmarks;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Dimension;
import java.awt.Font;
import java.awt.Paint;
import java.awt.geom.Rectangle2D;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGraphics2D;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.AxisLocation;
import org.jfree.chart.axis.CategoryAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.plot.PlotOrientation;
import org.jfree.chart.renderer.category.StandardBarPainter;
import org.jfree.chart.renderer.category.StatisticalBarRenderer;
import org.jfree.data.statistics.DefaultStatisticalCategoryDataset;
import org.w3c.dom.Document;

/** Bars as SVG that stands in a page and takes its colours from there: {@code --weir}, {@code --other}, {@code --grid}. */
final class Charts {

    private static final int WIDTH = 640;
    private static final int BAR = 34;
    private static final int FRAME = 40;
    private static final float LABEL_SHARE = 0.5f;
    private static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
    private static final Color WEIR = new Color(1, 2, 3);
    private static final Color OTHER = new Color(4, 5, 6);
    private static final Color GRID = new Color(7, 8, 9);

    private Charts() {}

    /** One bar, with its bounds if it has such. */
    record Bar(String name, Interval value, boolean weir) {}

    /**
     * Draws bars below one another, each as long as its mean, with a line from one bound to the other.
     *
     * @param id of this chart in its page, a letter and digits
     * @param scale what a value is divided by to be in the axis's unit
     */
    static String bars(String id, String axis, double scale, List<Bar> bars) {
        DefaultStatisticalCategoryDataset data = new DefaultStatisticalCategoryDataset();
        for (Bar bar : bars) {
            Interval value = bar.value();
            double half = value.bounded() ? (value.high() - value.low()) / 2 / scale : 0;
            double mean = value.mean() / scale;
            data.add(mean, half, "", bar.name() + "  " + Text.number(mean));
        }
        CategoryAxis names = new CategoryAxis();
        names.setMaximumCategoryLabelWidthRatio(LABEL_SHARE);
        names.setTickLabelFont(FONT);
        NumberAxis values = new NumberAxis(axis);
        values.setLabelFont(FONT);
        values.setTickLabelFont(FONT);
        CategoryPlot plot = new CategoryPlot(data, names, values, painted(bars));
        values.setLowerBound(0);
        plot.setOrientation(PlotOrientation.HORIZONTAL);
        plot.setBackgroundPaint(null);
        plot.setOutlinePaint(null);
        plot.setRangeGridlinePaint(GRID);
        plot.setRangeGridlineStroke(new BasicStroke(1));
        plot.setRangeAxisLocation(AxisLocation.BOTTOM_OR_LEFT);
        JFreeChart chart = new JFreeChart(null, FONT, plot, false);
        chart.setBackgroundPaint(null);
        return svg(id, chart, BAR * bars.size() + FRAME);
    }

    private static StatisticalBarRenderer painted(List<Bar> bars) {
        StatisticalBarRenderer renderer = new StatisticalBarRenderer() {
            private static final long serialVersionUID = 1;

            @Override
            public Paint getItemPaint(int row, int column) {
                return bars.get(column).weir() ? WEIR : OTHER;
            }
        };
        renderer.setBarPainter(new StandardBarPainter());
        renderer.setShadowVisible(false);
        renderer.setDrawBarOutline(false);
        renderer.setErrorIndicatorPaint(Color.BLACK);
        return renderer;
    }

    private static String svg(String id, JFreeChart chart, int height) {
        try {
            Document document = DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .getDOMImplementation()
                    .createDocument("http://www.w3.org/2000/svg", "svg", null);
            SVGGraphics2D graphics = new SVGGraphics2D(document);
            chart.draw(graphics, new Rectangle2D.Double(0, 0, WIDTH, height));
            graphics.setSVGCanvasSize(new Dimension(WIDTH, height));
            StringWriter text = new StringWriter();
            graphics.stream(text, true);
            return inPage(id, text.toString(), height);
        } catch (ParserConfigurationException impossible) {
            throw new IllegalStateException(impossible);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /** In a page SVG needs no prologue, its ids must differ from those of other charts, and its colours come from the page. */
    private static String inPage(String id, String svg, int height) {
        return svg.substring(svg.indexOf("<svg"))
                .replaceAll(" xmlns(:xlink)?=\"[^\"]*\"", "")
                .replaceFirst("<svg height=\"\\d+\"", "<svg viewBox=\"0 0 " + WIDTH + " " + height + "\" role=\"img\"")
                .replaceFirst(" width=\"" + WIDTH + "\"", "")
                .replaceAll("(id=\"|url\\(#)(\\w+)", "$1" + id + "-$2")
                .replaceAll("<!--.*?-->", "")
                .replace("rgb(1,2,3)", "var(--weir)")
                .replace("rgb(4,5,6)", "var(--other)")
                .replace("rgb(7,8,9)", "var(--grid)")
                .replaceAll("(fill|stroke):(black|gray)", "$1:currentColor")
                .strip();
    }
}
