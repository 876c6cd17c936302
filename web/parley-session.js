// The protocol of <parley-chat>; knows no DOM. The view it reports to is the object that ParleyChat hands over.

// the server sends a heartbeat every 15 s: silence for this long is a dead connection
const IDLE_MS = 40_000;

// storage may be forbidden (private mode, sandboxed frame): the chat then lives as long as the page
const store = {
  get(key) { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
  set(key, value) { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* see above */ } },
};

export class ApiError extends Error {
  constructor(status, body, retryAfter) {
    const error = body?.error ?? body ?? {};
    super(error.message ?? `The server answered ${status}.`);
    Object.assign(this, { status, code: error.code ?? `http_${status}`, hint: error.hint, request: error.request_id, retryAfter });
  }
  get transient() {
    return [429, 502, 503, 504].includes(this.status) || (this.status === 409 && /in_progress/.test(this.code));
  }
}

/** The events of a text/event-stream answer; `abort` is called when the line has been silent for too long. */
async function* readEvents(response, abort) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  let event = {};
  let timer;
  try {
    for (;;) {
      timer = setTimeout(abort, IDLE_MS);
      const { done, value } = await reader.read();
      clearTimeout(timer);
      if (done) return;
      const lines = (text + value).split(/\r\n|\n|\r(?!$)/);
      text = lines.pop();
      for (const line of lines) {
        if (!line) {
          if (event.data != null) yield { type: event.event ?? 'message', data: JSON.parse(event.data), id: event.id };
          event = {};
        } else if (line[0] !== ':') {
          const [, field, content] = /^([^:]*):? ?(.*)$/.exec(line);
          event[field] = field === 'data' && event.data != null ? `${event.data}\n${content}` : content;
        }
      }
    }
  } finally {
    clearTimeout(timer);
    reader.cancel().catch(() => {});
  }
}

/**
 * One conversation on one server. What was written is kept in an outbox until the server has committed it and is sent
 * again with the same key and the same bytes, so neither a refresh nor a restart loses or doubles a message. A stream
 * of events shows what other tabs and people write; after each connection the missed turns are fetched.
 */
export class Session {
  #view; #base; #options; #slot; #alive = true; #epoch = 0; #sending = false; #listening = false; #seen = 0; #lastEvent = null;
  #stream = null; #wakers = new Set(); #down = new Set(); #hideTimer;

  constructor(base, options, view) {
    this.#base = base;
    this.#options = options;
    this.#view = view;
    const { flow_id = '', user_id = '' } = options.who;
    this.#slot = `parley:${base}:${flow_id}:${user_id}`;
    this.saved = store.get(this.#slot) ?? {};
    this.outbox = store.get(`${this.#slot}:outbox`) ?? [];
  }

  start() {
    addEventListener('online', this.#wake);
    addEventListener('storage', this.#onStorage);
    document.addEventListener('visibilitychange', this.#onVisibility);
    this.#introduce();
    this.#resume();
  }

  stop() {
    removeEventListener('online', this.#wake);
    removeEventListener('storage', this.#onStorage);
    document.removeEventListener('visibilitychange', this.#onVisibility);
    this.#alive = false;
    this.#halt();
  }

  send(message, payload) {
    const { who, context } = this.#options;
    this.#enqueue({ message, payload, path: '/v1/chat', body: { ...who, message, payload, context: context() } });
  }

  retry(item) {
    delete item.error;
    this.#keep();
    this.#flush();
  }

  reset() {
    this.#halt();
    this.saved = {};
    this.outbox = [];
    store.set(`${this.#slot}:outbox`, []);
    this.#keep();
    this.#view.clear();
    this.#resume();
  }

  async rate(stars, comment) {
    await this.#call(`/v1/conversations/${this.saved.id}/feedback`, { method: 'POST', body: JSON.stringify({ stars, comment: comment || undefined }) });
    this.saved.rated = true;
    this.#keep();
  }

  #resume() {
    if (this.saved.id) this.#listen();
    else if (this.#options.who.flow_id && !this.outbox.length) this.#begin();
    for (const item of this.outbox) this.#view.pending(item);
    this.#flush();
  }

  /** A named flow speaks first, so its conversation starts at once; without one it starts with the first message. */
  #begin() {
    this.#enqueue({ path: '/v1/conversations', body: this.#options.who });
  }

  #enqueue(item) {
    // Not randomUUID: that exists only in secure contexts, and a plain-HTTP intranet is none.
    item.key = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    item.at = new Date().toISOString();
    this.outbox.push(item);
    this.#keep();
    this.#view.pending(item);
    this.#flush();
  }

  /** Tabs share the outbox: take out only what is settled and leave what another tab has put in. */
  #keep(settled) {
    this.outbox = this.outbox.filter((item) => item.key !== settled);
    const others = store.get(`${this.#slot}:outbox`)?.filter((item) => item.key !== settled && !this.outbox.some((own) => own.key === item.key)) ?? [];
    store.set(this.#slot, this.saved);
    store.set(`${this.#slot}:outbox`, [...this.outbox, ...others]);
  }

  #halt() {
    this.#epoch++;
    this.#stream?.abort();
    this.#sending = this.#listening = false;
    this.#seen = 0;
    this.#lastEvent = null;
    this.#down.clear();
    this.#wake();
  }

  #wake = () => {
    for (const wake of this.#wakers) wake();
    this.#wakers.clear();
  };

  #onStorage = (event) => {
    if (event.key !== this.#slot) return;
    const saved = JSON.parse(event.newValue) ?? {};
    if (saved.id === this.saved.id) {
      this.saved = saved;
      return;
    }
    // our own first message is on its way: its answer decides
    if (this.#sending && !this.saved.id) return;
    this.#halt();
    this.saved = saved;
    this.outbox = store.get(`${this.#slot}:outbox`) ?? [];
    this.#view.clear();
    this.#resume();
  };

  /** Browsers allow six connections to one HTTP/1.1 server: a tab nobody looks at gives its stream back. */
  #onVisibility = () => {
    clearTimeout(this.#hideTimer);
    if (document.hidden) this.#hideTimer = setTimeout(() => this.#view.owner() === 'bot' && this.#stream?.abort(), 60_000);
    else this.#wake();
  };

  #pause(ms) {
    return new Promise((done) => {
      const timer = setTimeout(done, ms);
      this.#wakers.add(() => (clearTimeout(timer), done()));
    });
  }

  #backoff = (tries, error) => this.#pause(error?.retryAfter > 0 ? Math.min(error.retryAfter, 60) * 1000 : Math.min(15_000, 400 * 2 ** tries) * (0.75 + Math.random() / 2));

  /** `who` lost (an error) or found (null) the server; the banner goes when nobody misses it. */
  #connection(who, error) {
    if (error) this.#down.add(who);
    else if (this.#down.delete(who)) this.#wake();
    this.#view.connection(!error && !this.#down.size ? 'ok' : error?.status ? 'busy' : 'offline');
  }

  async #call(path, { headers, accept = 'application/json', abort = new AbortController(), ...init } = {}) {
    const timer = setTimeout(() => abort.abort(), 30_000);
    try {
      const response = await fetch(this.#base + path, {
        ...init, signal: abort.signal, cache: 'no-store', credentials: 'omit',
        headers: {
          accept, 'accept-language': this.#options.lang, ...(init.body && { 'content-type': 'application/json' }),
          ...(this.saved.token && { authorization: `Bearer ${this.saved.token}` }), ...headers,
        },
      });
      if (!response.ok) throw new ApiError(response.status, await response.json().catch(() => null), Number(response.headers.get('retry-after')));
      return response;
    } finally {
      clearTimeout(timer);
    }
  }

  async #introduce(tries = 0) {
    try {
      this.#view.assistant(await (await this.#call('/v1/assistant')).json());
      this.#connection('assistant', null);
    } catch (error) {
      if (error instanceof ApiError && !error.transient) return;
      this.#connection('assistant', error);
      await this.#backoff(tries, error);
      if (this.#alive) this.#introduce(tries + 1);
    }
  }

  async #flush() {
    if (this.#sending) return;
    const epoch = this.#epoch;
    const current = () => epoch === this.#epoch;
    this.#sending = true;
    for (let tries = 0, item; current() && (item = this.outbox.find((entry) => !entry.error));) {
      this.#view.sending(item);
      try {
        const answer = await this.#post(item, current);
        if (!current()) return;
        this.#connection('chat', null);
        this.#accept(answer, item);
        tries = 0;
      } catch (error) {
        if (!current()) return;
        this.#view.retract(item);
        // the event stream has shown meanwhile that it was committed
        if (!this.outbox.includes(item)) continue;
        if (!(error instanceof ApiError) || error.transient) {
          this.#connection('chat', error);
          await this.#backoff(tries++, error);
          continue;
        }
        const { code, message, hint, request, status } = error;
        item.error = { code, message, hint, request, status };
        this.#keep();
        this.#view.failed(item);
      }
    }
    if (current()) {
      this.#sending = false;
      this.#view.idle();
    }
  }

  async #post(item, current) {
    if (typeof item.body !== 'string') {
      // Frozen at the first attempt: the same key must always carry the same bytes.
      if (this.saved.id) Object.assign(item.body, { conversation_id: this.saved.id, flow_id: undefined });
      item.body = JSON.stringify(item.body);
      this.#keep();
    }
    const abort = new AbortController();
    const chat = item.path === '/v1/chat';
    const response = await this.#call(item.path, {
      method: 'POST', body: item.body, abort, accept: chat ? 'text/event-stream' : 'application/json', headers: { 'idempotency-key': item.key },
    });
    if (!/event-stream/.test(response.headers.get('content-type'))) return response.json();
    for await (const { type, data } of readEvents(response, () => abort.abort())) {
      if (!current()) throw new TypeError('superseded');
      if (type === 'turn.committed') return data;
      if (type === 'error') throw new ApiError(data.status ?? 500, data);
      this.#view.progress(item, type, data);
    }
    throw new TypeError('the answer ended before it was committed');
  }

  #accept(answer, item) {
    if (answer.token || !this.saved.id) this.saved = { id: answer.conversation_id, token: answer.token ?? this.saved.token };
    this.#keep(item.key);
    this.#view.turn({ ...answer, key: item.key, user: item.message == null ? null : { text: item.message, payload: item.payload } });
    this.#view.status(answer.status);
    this.#listen();
  }

  async #listen() {
    if (this.#listening) return;
    this.#listening = true;
    const epoch = this.#epoch;
    for (let tries = 0; epoch === this.#epoch;) {
      const abort = this.#stream = new AbortController();
      try {
        const response = await this.#call(`/v1/events?conversation=${encodeURIComponent(this.saved.id)}`, {
          abort, accept: 'text/event-stream', headers: this.#lastEvent && { 'last-event-id': this.#lastEvent },
        });
        // after the stream is open, so that nothing falls between the two
        await this.#catchUp(epoch);
        tries = 0;
        this.#connection('events', null);
        for await (const event of readEvents(response, () => abort.abort())) {
          if (epoch !== this.#epoch) return;
          this.#onEvent(event);
        }
      } catch (error) {
        if (epoch !== this.#epoch) return;
        if ([401, 403, 404, 410].includes(error.status)) return this.#lost();
        if (!document.hidden) this.#connection('events', error);
        if (error.status && !error.transient) tries = Math.max(tries, 4);
        await (document.hidden ? this.#pause(3_600_000) : this.#backoff(tries++, error));
        continue;
      }
      await this.#backoff(tries++);
    }
  }

  async #catchUp(epoch) {
    const path = `/v1/conversations/${encodeURIComponent(this.saved.id)}`;
    const about = await (await this.#call(path)).json();
    for (let more = true; more && epoch === this.#epoch;) {
      const page = await (await this.#call(`${path}/turns?after=${this.#seen}`)).json();
      if (epoch !== this.#epoch) return;
      for (const turn of page.data) this.#onTurn(turn);
      more = page.has_more && page.data.length > 0;
    }
    if (about.feedback) this.saved.rated = true;
    this.#view.status(about.status);
    this.#view.owner(about.owner);
    this.#view.ready();
  }

  #onEvent({ type, data, id }) {
    if (id) this.#lastEvent = id;
    if (type === 'turn') this.#onTurn(data);
    else if (type === 'owner') this.#view.owner(data.owner);
    else if (type === 'status') this.#view.status(data.status);
  }

  #onTurn(turn) {
    this.#seen = Math.max(this.#seen, turn.turn);
    const key = turn.idempotency_key ?? turn.user?.idempotency_key;
    if (key && this.outbox.some((item) => item.key === key)) this.#keep(key);
    this.#view.turn({ ...turn, key });
    if (turn.status) this.#view.status(turn.status);
  }

  #lost() {
    const draft = this.outbox.map((item) => item.message ?? '').join('\n').trim();
    this.reset();
    this.#view.lost(draft);
  }
}
