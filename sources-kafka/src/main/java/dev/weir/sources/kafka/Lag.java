package dev.weir.sources.kafka;

/**
 * How far behind the end of a topic its reader on this node is, over all partitions. In offsets, so that markers of transactions and
 * what compaction has taken count too.
 *
 * @param records committed and not yet read: up to the last stable offset
 * @param openTransactionRecords held back by transactions that are still open: from the last stable offset to the high watermark
 */
public record Lag(long records, long openTransactionRecords) {}
