package dev.weir.server.faults;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test that is an experiment. May take the shared {@link Rig}, and {@link Seen} for what it saw; both go to the page of results
 * together with whether it held.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Test
@ExtendWith(Laboratory.class)
@interface Experiment {

    /** Such as {@code E-11}. */
    String id();

    String fault();

    /** What is done, for the page. */
    String done();

    /**
     * Why it is known not to hold. The criterion stays as it is; the page says that it does not hold, the build goes on, and
     * fails once it does hold, so that this is taken away.
     */
    String open() default "";
}
