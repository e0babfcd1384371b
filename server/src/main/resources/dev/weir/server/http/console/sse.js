// Server-sent events (WHATWG HTML, 9.2) out of a fetched body. A browser's EventSource gives only the types that it is told of
// beforehand and hides refusals; people who look at a topic want to see both.

/** Yields {id, type, data, retry} for each block; id is the last one seen. */
export async function* blocks(body) {
  const text = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  let block = fresh('');
  for (;;) {
    const { value, done } = await text.read();
    if (done) {
      return;
    }
    const lines = (rest + value).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop();
    for (const line of lines) {
      if (line !== '') {
        field(block, line);
      } else {
        if (block.lines.length > 0 || block.named) {
          yield { id: block.id, type: block.type, data: block.lines.join('\n'), retry: block.retry };
        }
        block = fresh(block.id);
      }
    }
  }
}

function fresh(id) {
  return { id, type: '', lines: [], retry: undefined, named: false };
}

function field(block, line) {
  const colon = line.indexOf(':');
  const name = colon < 0 ? line : line.slice(0, colon);
  const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
  switch (name) {
    case 'id':
      block.id = value;
      block.named = true;
      break;
    case 'event':
      block.type = value;
      break;
    case 'data':
      block.lines.push(value);
      break;
    case 'retry':
      block.retry = Number(value);
      break;
    default: // a comment, or a field of the future
  }
}
