import { blocks } from './sse.js';

/** One live tail: connects, comes back after the last id when the connection is lost, and tells what happens. */
export class Tail {
  #topic;
  #from;
  #id;
  #listener;
  #running;
  #retry = 2000;

  /** The listener has event(block), state(name, text) and position(id). */
  constructor(topic, from, after, listener) {
    this.#topic = topic;
    this.#from = from;
    this.#id = after;
    this.#listener = listener;
  }

  get id() {
    return this.#id;
  }

  start() {
    this.#running = new AbortController();
    this.#run(this.#running.signal);
  }

  stop() {
    this.#running?.abort();
  }

  async #run(signal) {
    while (!signal.aborted) {
      try {
        if (await this.#read(signal)) {
          return;
        }
      } catch (lost) {
        if (signal.aborted) {
          return;
        }
      }
      this.#listener.state('waiting', `connection lost; trying again in ${(this.#retry / 1000).toFixed(1)} s`);
      await pause(this.#retry, signal);
    }
  }

  /** Reads one connection; true if there is no point in another. */
  async #read(signal) {
    const query = new URLSearchParams({ heartbeat: '5', 'heartbeat-as': 'event' });
    const headers = { Accept: 'text/event-stream' };
    if (this.#id) {
      headers['Last-Event-ID'] = this.#id;
    } else {
      query.set('from', this.#from);
    }
    this.#listener.state('connecting', 'connecting');
    const response = await fetch(`/events/${encodeURIComponent(this.#topic)}?${query}`, { headers, signal, cache: 'no-store' });
    if (!response.ok) {
      const problem = await response.json().catch(() => ({ detail: response.statusText }));
      this.#listener.state('refused', `${response.status}: ${problem.detail}`);
      return response.status !== 503;
    }
    this.#listener.state('live', this.#id ? 'live, resumed' : 'live');
    for await (const block of blocks(response.body)) {
      this.#told(block);
    }
    return false;
  }

  #told(block) {
    if (block.retry) {
      this.#retry = block.retry;
    }
    if (block.id) {
      this.#id = block.id;
      this.#listener.position(block.id);
    }
    if (block.type === 'stream-heartbeat') {
      this.#listener.state('live', `live; last heartbeat ${new Date().toLocaleTimeString()}`);
    } else if (block.data !== '' || block.type !== '') {
      this.#listener.event(block);
    }
  }
}

function pause(millis, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, millis);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
