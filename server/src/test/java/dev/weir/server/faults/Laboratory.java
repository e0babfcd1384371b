package dev.weir.server.faults;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.Optional;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.platform.commons.support.AnnotationSupport;
import org.opentest4j.TestAbortedException;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** Gives experiments what they need, and writes down how they came out. */
final class Laboratory implements ParameterResolver, TestExecutionExceptionHandler, AfterTestExecutionCallback {

    private static final Namespace OURS = Namespace.create(Laboratory.class);

    static {
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        // What Kafka's clients say of brokers that are away is what is meant to happen here.
        ((Logger) LoggerFactory.getLogger("org.apache.kafka")).setLevel(Level.ERROR);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == Rig.class || type == Seen.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Rig.class
                ? context.getRoot().getStore(OURS).computeIfAbsent(Rig.class, any -> Rig.open(), Rig.class)
                : seen(context);
    }

    private static Seen seen(ExtensionContext context) {
        return context.getStore(OURS).computeIfAbsent(Seen.class, any -> new Seen(), Seen.class);
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        String open = experiment(context).open();
        if (failure instanceof AssertionError && !open.isEmpty()) {
            throw new TestAbortedException("does not hold yet: " + open, failure);
        }
        throw failure;
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        Experiment experiment = experiment(context);
        Optional<Throwable> failure = context.getExecutionException();
        FaultsPage.write(experiment, seen(context).toString(), failure);
        if (failure.isEmpty() && !experiment.open().isEmpty()) {
            throw new AssertionError(experiment.id() + " holds now; take `open` away from it: " + experiment.open());
        }
    }

    private static Experiment experiment(ExtensionContext context) {
        return AnnotationSupport.findAnnotation(context.getRequiredTestMethod(), Experiment.class)
                .orElseThrow();
    }
}
