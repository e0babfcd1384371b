/**
 * The code that the documentation shows. Regions between {@code // snippet:name} and {@code // end:name} are the
 * snippets.
 */
@NullMarked
package dev.weir.docs;

import org.jspecify.annotations.NullMarked;
