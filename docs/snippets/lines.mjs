// Reads lines of JSON with fetch, and comes back behind the last one: node lines.mjs URL. It runs in browsers as well.
export async function* signals(url) {
    let after = '';
    let retry = 2000;
    while (true) {
        try {
            const answer = await fetch(url, {headers: after ? {'Last-Event-ID': after} : {}});
            if (!answer.ok) {
                const refusal = await answer.json();
                if (![429, 500, 503].includes(answer.status)) {
                    throw Object.assign(new Error(refusal.detail), {final: true});
                }
                retry = 1000 * (answer.headers.get('Retry-After') ?? 2);
            } else {
                let rest = '';
                for await (const text of answer.body.pipeThrough(new TextDecoderStream())) {
                    const lines = (rest + text).split('\n');
                    rest = lines.pop();
                    for (const line of lines.filter(line => line)) {
                        const signal = JSON.parse(line);
                        after = signal.id ?? after;
                        yield signal;
                        if (signal.control === 'end' || (signal.control === 'stop' && !signal.retryable)) {
                            return;
                        }
                        retry = signal.retryAfterMs ?? retry;
                    }
                }
            }
        } catch (broken) {
            if (broken.final) {
                throw broken;
            }
        }
        await new Promise(later => setTimeout(later, retry));
    }
}

if (typeof process !== 'undefined' && process.argv[2]) {
    for await (const signal of signals(process.argv[2])) {
        console.log(signal.control ?? 'event', signal.data ?? '');
    }
}
