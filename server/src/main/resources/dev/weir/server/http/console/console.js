import { snippets } from './snippets.js';
import { Tail } from './tail.js';

const MOST_ROWS = 500;

const at = (id) => document.getElementById(id);
const state = { topic: '', grpc: '127.0.0.1:50051', tail: undefined, paused: false, waiting: [] };

/** An element with text in it. Text only: names and data of strangers never become markup. */
function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  return made;
}

async function topics() {
  const response = await fetch('/topics', { cache: 'no-store' });
  const answer = await response.json();
  if (!response.ok) {
    tell('refused', `${response.status}: ${answer.detail}`);
    setTimeout(topics, 2000);
    return;
  }
  state.grpc = answer.grpc ?? state.grpc;
  const names = answer.topics.map((topic) => topic.name);
  at('topics').replaceChildren(
    ...answer.topics.map((topic) => {
      const item = document.createElement('li');
      const button = element('button', topic.name, { type: 'button', 'data-topic': topic.name });
      button.title = `${topic.partitions} partition(s)`;
      button.addEventListener('click', () => choose(topic.name));
      item.append(button);
      return item;
    }),
  );
  at('to').replaceChildren(...names.map((name) => element('option', name, { value: name })));
  if (names.includes('playground')) {
    at('to').value = 'playground';
  }
  const wanted = decodeURIComponent(location.hash.slice(1));
  choose(names.includes(wanted) ? wanted : names.includes('clock') ? 'clock' : names[0]);
}

function choose(topic) {
  if (!topic) {
    tell('idle', 'there are no topics');
    return;
  }
  state.topic = topic;
  history.replaceState(null, '', `#${encodeURIComponent(topic)}`);
  at('topic').textContent = topic;
  for (const button of at('topics').querySelectorAll('button')) {
    button.setAttribute('aria-current', String(button.dataset.topic === topic));
  }
  at('lines').replaceChildren(...snippets(topic, location.origin, state.grpc).flatMap(([name, line]) => {
    const copied = element('button', 'Copy', { type: 'button', 'aria-label': `Copy the line for ${name}` });
    copied.addEventListener('click', () => navigator.clipboard.writeText(line).then(() => (copied.textContent = 'Copied')));
    const definition = document.createElement('dd');
    definition.append(element('code', line), copied);
    return [element('dt', name), definition];
  }));
  at('after').value = '';
  begin();
}

function begin() {
  state.tail?.stop();
  clear();
  pressed(false);
  state.tail = new Tail(state.topic, at('from').value, at('after').value.trim(), listener);
  state.tail.start();
}

const listener = {
  event(block) {
    state.waiting.push(block);
    if (state.waiting.length === 1) {
      setTimeout(show, 100);
    }
  },
  state: (name, text) => tell(name, text),
  position: (id) => (at('after').placeholder = id),
};

function show() {
  const log = document.querySelector('.log');
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  const rows = state.waiting.splice(0).slice(-MOST_ROWS).map(row);
  const events = at('events');
  events.append(...rows);
  while (events.rows.length > MOST_ROWS) {
    events.deleteRow(0);
  }
  if (atEnd) {
    log.scrollTop = log.scrollHeight;
  }
}

function row(block) {
  const made = document.createElement('tr');
  made.classList.toggle('control', block.type.startsWith('stream-'));
  made.append(element('td', block.id), element('td', block.type), element('td', block.data));
  return made;
}

function tell(name, text) {
  at('state').dataset.state = name;
  at('state').textContent = text;
}

function clear() {
  state.waiting.length = 0;
  at('events').replaceChildren();
}

function pressed(paused) {
  state.paused = paused;
  at('pause').setAttribute('aria-pressed', String(paused));
  at('pause').textContent = paused ? 'Resume' : 'Pause';
}

function pause() {
  pressed(!state.paused);
  if (state.paused) {
    state.tail?.stop();
    tell('paused', 'paused; resumes after the last id');
  } else {
    state.tail?.start();
  }
}

async function publish() {
  const query = new URLSearchParams();
  ['type', 'key'].forEach((name) => at(name).value && query.set(name, at(name).value));
  const topic = encodeURIComponent(at('to').value);
  const response = await fetch(`/topics/${topic}/events?${query}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/octet-stream' },
    body: new TextEncoder().encode(at('data').value),
  });
  const answer = await response.json();
  const place = answer.published?.[0];
  at('published').textContent = place
    ? `published to partition ${place.partition} at offset ${place.offset}`
    : `${response.status}: ${answer.detail}`;
}

async function health() {
  let up = false;
  let text = 'the server does not answer';
  try {
    const answer = await (await fetch('/health/ready', { cache: 'no-store' })).json();
    up = answer.status === 'up';
    text = up ? 'ready' : answer.reasons.join(', ');
  } catch {
    // told below
  }
  at('health').dataset.state = up ? 'live' : 'down';
  at('health').textContent = text;
  setTimeout(health, 5000);
}

at('start').addEventListener('submit', (event) => {
  event.preventDefault();
  begin();
});
at('pause').addEventListener('click', pause);
at('clear').addEventListener('click', clear);
at('publish').addEventListener('submit', (event) => {
  event.preventDefault();
  publish().catch((failure) => (at('published').textContent = String(failure)));
});

topics().catch(() => tell('refused', 'the server does not answer'));
health();
