package dev.weir.tck;

/**
 * Something that does not keep a rule.
 *
 * @param thing a contract on what is broken
 * @param rule the test that has to be red
 * @param says words in its message that help to find what is broken
 */
record Broken(Class<? extends Contract> thing, String rule, String says) {

    @Override
    public String toString() {
        return thing.getSimpleName() + " breaks " + rule;
    }
}
