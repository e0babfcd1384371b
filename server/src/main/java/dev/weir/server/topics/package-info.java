/** What is offered: the topics people may see, and where they live. */
@NullMarked
package dev.weir.server.topics;

import org.jspecify.annotations.NullMarked;
