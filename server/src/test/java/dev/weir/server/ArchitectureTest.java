package dev.weir.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows between the modules. A change here is a design decision: the commit says why. */
@AnalyzeClasses(
        packages = "dev.weir",
        importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.NoTestJars.class})
class ArchitectureTest {
    private static final String API = "dev.weir";
    private static final String HUB = "dev.weir.hub";
    private static final String HTTP = "dev.weir.transport.http";
    private static final String GRPC = "dev.weir.transport.grpc..";

    @ArchTest
    static final ArchRule apiUsesTheJdkOnly = module(API).uses();

    @ArchTest
    static final ArchRule hubUsesApi = module(HUB).uses(API);

    @ArchTest
    static final ArchRule httpUsesApiAndHelidon =
            module(HTTP).uses(API, "io.helidon..", "com.fasterxml.jackson.core..");

    @ArchTest
    static final ArchRule sseUsesHttp =
            module("dev.weir.transport.sse").uses(API, HTTP, "io.helidon..", "com.fasterxml.jackson.core..");

    @ArchTest
    static final ArchRule chunkedUsesHttp = module("dev.weir.transport.chunked")
            .uses(API, HTTP, "io.helidon..", "com.fasterxml.jackson.core..", "de.siegmar.fastcsv..");

    @ArchTest
    static final ArchRule grpcUsesGrpc = module(GRPC).uses(API, "io.grpc..", "io.netty..", "com.google..");

    @ArchTest
    static final ArchRule kafkaUsesHub =
            module("dev.weir.sources.kafka").uses(API, HUB, "org.apache.kafka.clients..", "org.apache.kafka.common..");

    @ArchTest
    static final ArchRule clientUsesStubs =
            module("dev.weir.client").uses(API, GRPC, "io.grpc..", "com.google..", "com.fasterxml.jackson.core..");

    private static Arrow module(String name) {
        return new Arrow(name);
    }

    /** Once packaged, the tests of other modules lie in jars of their own. */
    static final class NoTestJars implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("-tests.jar");
        }
    }

    private record Arrow(String name) {
        ArchRule uses(String... others) {
            return classes()
                    .that()
                    .resideInAPackage(name)
                    .should()
                    .onlyDependOnClassesThat(allowed(others))
                    .allowEmptyShould(true);
        }

        private DescribedPredicate<JavaClass> allowed(String... others) {
            DescribedPredicate<JavaClass> all = JavaClass.Predicates.resideInAnyPackage(
                    "java..", "javax.crypto..", "javax.net..", "javax.security..", "org.jspecify.annotations", name);
            return others.length == 0 ? all : all.or(JavaClass.Predicates.resideInAnyPackage(others));
        }
    }
}
