// Reads server-sent events with the package `eventsource`, and comes back behind the last one: node eventsource.mjs URL
import {EventSource} from 'eventsource';

const url = new URL(process.argv[2]);
url.searchParams.set('heartbeat-as', 'event'); // the package takes ids from what has data
let last = '';
let retry = 2000;

function follow() {
    const stream = new EventSource(url, {fetch: async (to, init) => {
        last = init.headers['Last-Event-ID'] ?? last;
        const answer = await fetch(to, {...init, headers: {...init.headers, ...(last && {'Last-Event-ID': last})}});
        retry = 1000 * (answer.headers.get('Retry-After') ?? 2);
        return answer;
    }});
    stream.onmessage = event => console.log(event.data);
    stream.addEventListener('stream-gap', event => console.error('gap', event.data));
    stream.addEventListener('stream-end', () => stream.close());
    stream.addEventListener('stream-stop', event => {
        if (!JSON.parse(event.data).retryable) {
            console.error('stop', event.data);
            process.exitCode = 1;
            stream.close();
        }
    });
    stream.onerror = refusal => {
        if (refusal.code === 429 || refusal.code >= 500) {
            setTimeout(follow, retry * (1 + Math.random() / 2));
        } else if (refusal.code && refusal.code !== 204) {
            console.error(refusal.message);
            process.exitCode = 1;
        } // without a code it comes back by itself
    };
}

follow();
