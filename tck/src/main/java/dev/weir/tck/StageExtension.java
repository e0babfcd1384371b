package dev.weir.tck;

import java.lang.reflect.Method;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives every test of a contract a stage of its own, closes it and checks for leaks; skips waived rules with their reason. */
final class StageExtension implements ParameterResolver, AfterEachCallback, ExecutionCondition {

    private static final Namespace NAMESPACE = Namespace.create(StageExtension.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Stage.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getStore(NAMESPACE)
                .computeIfAbsent(Stage.class, any -> new Stage(contract(context).harness()), Stage.class);
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        Stage stage = context.getStore(NAMESPACE).get(Stage.class, Stage.class);
        if (stage != null) {
            stage.close();
        }
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        Method method = context.getTestMethod().orElse(null);
        if (method != null) {
            Map<String, String> waivers = waivers(context);
            for (Map.Entry<String, String> waiver : waivers.entrySet()) {
                if (method.getName().startsWith(waiver.getKey())) {
                    return ConditionEvaluationResult.disabled("waived: " + waiver.getValue());
                }
            }
        }
        return ConditionEvaluationResult.enabled("not waived");
    }

    private static Map<String, String> waivers(ExtensionContext context) {
        @Nullable Object instance = context.getTestInstance().orElse(null);
        if (!(instance instanceof Contract contract)) {
            return Map.of();
        }
        try (TransportHarness harness = contract.harness()) {
            return harness.waivers();
        }
    }

    private static Contract contract(ExtensionContext context) {
        return (Contract) context.getRequiredTestInstance();
    }
}
