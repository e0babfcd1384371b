// Reads lines of JSON with fetch, and comes back behind the last one: node lines.mjs URL. It runs in browsers as well.
// `init` is what fetch takes: headers, method and body, a signal that ends it.
export async function* signals(url, init = {}) {
    let after = '';
    let retry = 2000;
    while (true) {
        let reader;
        try {
            const headers = new Headers(init.headers);
            if (after) {
                headers.set('Last-Event-ID', after);
            }
            const answer = await fetch(url, {...init, headers});
            if (answer.ok) {
                reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
                let rest = '';
                for (let part = await next(reader); !part.done; part = await next(reader)) {
                    const lines = (rest + part.value).split('\n');
                    rest = lines.pop();
                    for (const line of lines.filter(line => line)) {
                        const signal = JSON.parse(line);
                        after = signal.id ?? after;
                        retry = signal.control === 'stop' ? signal.retryAfterMs : 2000;
                        yield signal;
                        if (signal.control === 'end' || (signal.control === 'stop' && !signal.retryable)) {
                            return;
                        }
                    }
                }
            } else if (answer.status === 429 || answer.status >= 500) {
                retry = 1000 * (answer.headers.get('Retry-After') ?? 2);
            } else {
                throw Object.assign(new Error(`${answer.status} ${await answer.text()}`), {final: true});
            }
        } catch (broken) {
            if (broken.final || init.signal?.aborted) {
                throw broken;
            }
        } finally {
            reader?.cancel().catch(() => {});
        }
        await new Promise(later => setTimeout(later, retry * (1 + Math.random() / 2)));
    }
}

// Takes a server for gone that has not even sent a heartbeat for a minute.
async function next(reader) {
    const silence = setTimeout(() => reader.cancel(), 60_000);
    try {
        return await reader.read();
    } finally {
        clearTimeout(silence);
    }
}

if (typeof process !== 'undefined' && process.argv[2]) {
    for await (const signal of signals(process.argv[2])) {
        if (!signal.control) {
            console.log(typeof signal.data === 'string' ? signal.data : JSON.stringify(signal.data));
        } else if (['gap', 'stop'].includes(signal.control)) {
            console.error(signal);
        }
    }
}
