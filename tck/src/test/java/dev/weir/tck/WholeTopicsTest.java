package dev.weir.tck;

/** What the broken sources are made from is green at every rule. */
class WholeTopicsTest extends FaultyTopics {}
