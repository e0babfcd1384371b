/** The HTTP listeners and every route but the streams: publishing, topics, health, console, descriptions. */
@NullMarked
package dev.weir.server.http;

import org.jspecify.annotations.NullMarked;
