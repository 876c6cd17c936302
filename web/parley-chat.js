// <parley-chat>: a conversation with a Parley server, as a page of its own or as a floating widget on any site.
//
//   <script type="module" src="https://your-server/parley-chat.js"></script>
//   <parley-chat></parley-chat>
//
// Attributes: server (default: where this file came from), flow, user, user-token, lang, title, open, mode="page".
// parley-session.js speaks the protocol and knows no DOM; this file draws; parley-look.js holds the style. Text from
// outside reaches the page only through textContent, so nothing a model or a person writes can become markup.

import { icon, sheet } from './parley-look.js';
import { ApiError, Session } from './parley-session.js';

const ENGLISH = {
  name: 'Assistant', chat: 'Chat', log: 'Conversation', disclosure: 'You are chatting with an automated assistant.',
  person: 'Talk to a person', asked: 'Person requested', fresh: 'New chat', open: 'Open chat', close: 'Close chat',
  label: 'Your message', placeholder: 'Write a message', send: 'Send', answers: 'Suggested answers', options: 'Options',
  hello: 'How can I help?', start: 'Choose a topic or write in your own words.',
  you: 'You', bot: 'Assistant', operator: 'Person', typing: 'The assistant is typing', working: 'The assistant is working on it',
  offline: 'No connection. Reconnecting; nothing you wrote is lost.', busy: 'The server is busy. Trying again shortly.',
  waiting: 'Waiting to be sent', sending: 'Sending', failed: 'Not sent.', again: 'Try again', code: 'Code', request: 'request',
  test: 'Test mode: nothing real was charged, sent or changed.',
  pending_human: 'A person has been asked to join. You can keep writing; they will see everything.',
  gone: 'The earlier conversation is no longer available. This is a new one.',
  rate: 'How did this go?', stars: ['Very poor', 'Poor', 'Fair', 'Good', 'Very good'], star: (n) => `${n} of 5: `,
  comment: 'Anything to add? (optional)', rated: 'Thank you for the rating.', sendRating: 'Send rating',
  confirm: 'Start a new chat?', confirmText: 'This conversation will no longer be shown here.', cancel: 'Keep this chat',
  unread: (n) => `${n} unread`,
};
// Other languages are files of their own, so that nobody loads words they cannot read.
const LANGUAGES = { de: () => import('./parley-chat.de.js') };
const KEYBOARDS = { number: 'decimal', integer: 'numeric', money: 'decimal', email: 'email', phone: 'tel', url: 'url' };

/** An element with attributes, listeners (on…) and children; null children are left out. */
function h(tag, props, ...kids) {
  const el = document.createElement(tag);
  for (const [key, value] of Object.entries(props ?? {})) {
    if (key.startsWith('on')) el.addEventListener(key.slice(2), value);
    else if (value != null && value !== false) el.setAttribute(key, value === true ? '' : value);
  }
  el.append(...kids.filter((kid) => kid != null && kid !== false));
  return el;
}

/** Only http(s) becomes a link or a picture: `javascript:` and `data:` stay text. */
function webUrl(text, base) {
  try {
    const url = new URL(text, base);
    return /^https?:$/.test(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

const link = (href, label) => h('a', { href, target: '_blank', rel: 'noopener noreferrer nofollow' }, label);

function linked(text) {
  return String(text ?? '').split(/(https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]}])/).map((part, i) => {
    const url = i % 2 && webUrl(part);
    return url ? link(url, part) : part;
  });
}

/** A card as plain text. */
const words = ({ carousel, title, subtitle, facts = [] }) =>
  carousel ? carousel.map(words).join('\n') : [title, subtitle, ...facts.map((f) => `${f.label}: ${f.value}`)].filter(Boolean).join('\n');

class ParleyChat extends HTMLElement {
  // a page may add one: customElements.get('parley-chat').languages.fr = async () => ({default: {…}})
  static languages = LANGUAGES;
  static observedAttributes = ['open'];
  // sent with every message when set: {"page": "/prices"}
  context = undefined;

  #t; #lang; #page; #session; #parts; #turns; #pending; #owner; #status; #assistant = {}; #unread = 0; #name; #started;

  async connectedCallback() {
    this.#page = this.getAttribute('mode') === 'page';
    this.#lang = this.closest('[lang]')?.lang || 'en';
    const load = LANGUAGES[this.#lang] ?? LANGUAGES[this.#lang.split('-')[0]];
    this.#t = { ...ENGLISH, ...(load && (await load().catch(() => null))?.default) };
    if (!this.isConnected) return;
    // Read once and taken away: as an attribute it would be a tooltip over every word of the chat.
    this.#name = this.getAttribute('title') ?? this.#name;
    this.removeAttribute('title');
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [sheet];
    root.replaceChildren(this.#build());
    this.#clear();
    this.#started = false;
    if (this.#page || this.hasAttribute('open')) this.#show(false);
  }

  disconnectedCallback() {
    this.#session?.stop();
  }

  attributeChangedCallback(name, before, after) {
    if (!this.#parts || this.#page || !this.isConnected || (before == null) === (after == null)) return;
    if (after == null) this.#hide();
    else this.#show(true);
  }

  // Frame

  #build() {
    const t = this.#t;
    const p = this.#parts = {};
    const action = (name, label, onclick, props) => h('button', { type: 'button', class: name, onclick, ...props }, icon(name), h('span', null, label));
    p.name = h(this.#page ? 'h1' : 'h2', { dir: 'auto' }, this.#name ?? t.name);
    p.disclosure = h('p', { dir: 'auto' }, t.disclosure);
    p.person = action('person', t.person, () => this.#askPerson());
    p.fresh = action('fresh', t.fresh, () => this.#confirmFresh());
    p.banner = h('p', { class: 'banner', role: 'status' });
    p.said = h('div', { class: 'sr', role: 'status' });
    p.live = h('div', { class: 'live', 'aria-hidden': 'true' });
    p.tail = h('div', null, p.live);
    p.log = h('div', { class: 'log', role: 'log', 'aria-live': 'polite', 'aria-label': t.log, tabindex: 0 }, p.tail);
    p.text = h('textarea', { id: 'text', rows: 1, placeholder: t.placeholder, dir: 'auto', autocomplete: 'off', onkeydown: (e) => this.#onKey(e) });
    p.replies = h('div', { class: 'replies', role: 'group', 'aria-label': t.answers });
    // The answers come after the text field in the document, so that one Tab reaches them; the grid shows them above.
    p.form = h('form', { class: 'write', onsubmit: (e) => this.#onSubmit(e) }, h('label', { for: 'text', class: 'sr' }, t.label), p.text, p.replies,
      h('button', { class: 'send main' }, h('span', null, t.send), icon('send')));
    p.header = h('header', null, h('div', { class: 'who' }, p.name, p.disclosure),
      h('div', { class: 'acts' }, p.person, p.fresh,
        this.#page ? null : h('button', { type: 'button', class: 'close', 'aria-label': t.close, onclick: () => this.removeAttribute('open') }, icon('close'))));
    p.panel = h('div', { class: 'panel', id: 'panel', onkeydown: (e) => this.#onEscape(e) }, p.header, h('div', null, p.banner, p.said), p.log, p.form);
    if (this.#page) return h('section', { 'aria-label': t.chat }, p.panel);
    p.panel.setAttribute('role', 'dialog');
    p.panel.setAttribute('aria-label', this.#name ?? t.chat);
    p.panel.hidden = true;
    p.badge = h('span', { class: 'badge', hidden: true });
    p.launch = h('button', { type: 'button', class: 'launch', 'aria-expanded': 'false', 'aria-controls': 'panel', onclick: () => this.toggleAttribute('open') },
      icon('chat'), h('span', null, t.open), p.badge);
    p.section = h('section', { 'aria-label': t.chat, class: 'float' }, p.panel, p.launch);
    return p.section;
  }

  #show(focus) {
    const { panel, section, launch, text } = this.#parts;
    panel.hidden = false;
    section?.classList.add('up');
    launch?.setAttribute('aria-expanded', 'true');
    if (launch) launch.children[1].textContent = this.#t.close;
    this.#countUnread(0);
    if (focus) text.focus();
    this.#scroll(true);
    if (this.#started) return;
    this.#started = true;
    const server = this.getAttribute('server') ?? new URL('.', import.meta.url).href;
    const own = (name) => this.getAttribute(name) ?? undefined;
    const options = {
      lang: this.#lang, who: { flow_id: own('flow'), user_id: own('user'), user_token: own('user-token') },
      context: () => this.context,
    };
    this.#session = new Session(new URL(server, location.href).href.replace(/\/$/, ''), options, this.#viewOf());
    if (this.#session.saved.id) this.#parts.log.setAttribute('aria-busy', 'true');
    this.#session.start();
  }

  #hide() {
    const { panel, section, launch } = this.#parts;
    const inside = this.shadowRoot.activeElement;
    panel.hidden = true;
    section.classList.remove('up');
    launch.setAttribute('aria-expanded', 'false');
    launch.children[1].textContent = this.#t.open;
    if (inside) launch.focus();
  }

  #countUnread(count) {
    this.#unread = count;
    const { badge } = this.#parts;
    if (!badge) return;
    badge.hidden = !count;
    badge.textContent = count ? this.#t.unread(count) : '';
  }

  #onEscape(event) {
    if (event.key !== 'Escape' || event.isComposing) return;
    if (this.#parts.veil) this.#endConfirm();
    else if (!this.#page) this.removeAttribute('open');
    else return;
    event.stopPropagation();
  }

  // What the user does

  #onKey(event) {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (!event.repeat) this.#parts.form.requestSubmit();
  }

  #onSubmit(event) {
    event.preventDefault();
    const { text } = this.#parts;
    const message = text.value.trim();
    text.value = '';
    text.focus();
    if (message) this.#session.send(message);
  }

  #press({ label, payload }) {
    this.#replies([]);
    // A pressed answer disappears: keep the focus, but do not call up a phone's keyboard.
    (matchMedia('(pointer: coarse)').matches ? this.#parts.log : this.#parts.text).focus({ preventScroll: true });
    this.#session.send(label, payload);
  }

  #askPerson() {
    if (this.#parts.person.ariaDisabled === 'true') return;
    this.#personAsked(true);
    this.#session.send(this.#t.person, '/human');
  }

  #personAsked(asked) {
    const { person } = this.#parts;
    person.ariaDisabled = asked ? 'true' : null;
    person.lastChild.textContent = asked ? this.#t.asked : this.#t.person;
  }

  #confirmFresh() {
    const { panel, header, log, form, fresh } = this.#parts;
    if (!this.#turns.size && !this.#pending.size) return this.#parts.text.focus();
    if (this.#status === 'ended') return this.#startFresh();
    const t = this.#t;
    for (const part of [header, log, form]) part.inert = true;
    const cancel = h('button', { type: 'button', class: 'quiet', onclick: () => this.#endConfirm() }, t.cancel);
    this.#parts.veil = h('div', { class: 'veil' },
      h('div', { class: 'ask', role: 'alertdialog', 'aria-modal': 'true', 'aria-labelledby': 'ask', 'aria-describedby': 'why' },
        h('h2', { id: 'ask' }, t.confirm), h('p', { id: 'why' }, t.confirmText),
        h('div', null, h('button', { type: 'button', class: 'main', onclick: () => (this.#endConfirm(), this.#startFresh()) }, t.fresh), cancel)));
    panel.append(this.#parts.veil);
    cancel.focus();
    this.#parts.back = fresh;
  }

  #endConfirm() {
    const { header, log, form, veil, back } = this.#parts;
    veil.remove();
    this.#parts.veil = null;
    for (const part of [header, log, form]) part.inert = false;
    back.focus();
  }

  #startFresh() {
    this.#session.reset();
    this.#parts.text.focus();
  }

  // What the session reports

  #viewOf() {
    const t = this.#t;
    return {
      assistant: (info) => this.#introduce(info),
      clear: () => this.#clear(),
      pending: (item) => this.#showPending(item),
      sending: (item) => (this.#note(item, t.sending), this.#owner === 'human' || this.#typing(t.typing)),
      progress: (item, type, data) => this.#progress(item, type, data),
      retract: (item) => this.#retract(item),
      failed: (item) => this.#showError(item),
      idle: () => this.#status === 'working' || this.#typing(''),
      turn: (turn) => this.#showTurn(turn),
      status: (status) => this.#setStatus(status),
      owner: (owner) => owner ? this.#setOwner(owner) : this.#owner,
      connection: (state) => { this.#parts.banner.textContent = state === 'ok' ? '' : t[state]; },
      ready: () => requestAnimationFrame(() => this.#parts.log.removeAttribute('aria-busy')),
      lost: (draft) => {
        this.#notice(t.gone);
        if (draft && !this.#parts.text.value) this.#parts.text.value = draft;
      },
    };
  }

  #clear() {
    const { log, tail, live, rating, text } = this.#parts;
    // turn number → group
    this.#turns = new Map();
    // idempotency key → group of a message without a number yet
    this.#pending = new Map();
    this.#owner = this.#status = null;
    rating?.remove();
    this.#parts.rating = null;
    live.replaceChildren();
    log.replaceChildren(this.#parts.intro = h('div', { class: 'intro' }, h('p', { class: 'hello' }, this.#t.hello), h('p', null, this.#t.start)), tail);
    text.inputMode = '';
    this.#typing('');
    this.#personAsked(false);
    this.#replies(this.#assistant.suggestions ?? []);
  }

  #introduce(info) {
    const { name, disclosure, intro, panel } = this.#parts;
    this.#assistant = info;
    name.textContent = this.#name ?? info.name ?? this.#t.name;
    disclosure.textContent = info.disclosure || this.#t.disclosure;
    if (!this.#page) panel.setAttribute('aria-label', name.textContent);
    if (info.greeting) intro.lastChild.textContent = info.greeting;
    if (!this.#turns.size && !this.#pending.size && !this.#session.saved.id) this.#replies(info.suggestions ?? []);
    this.dispatchEvent(new CustomEvent('parley-ready', { detail: info }));
  }

  #group(number) {
    const group = h('div', { class: 'turn' });
    group.messages = new Map();
    this.#place(group, number);
    return group;
  }

  /** Groups stand in the order of their turns, messages still on their way last; notices stay where they were said. */
  #place(group, number) {
    const { log, tail, intro } = this.#parts;
    intro.remove();
    group.number = number;
    const groups = [...log.children].filter((el) => el.messages);
    const inOrder = groups.every((el, i) => i === 0 || groups[i - 1].number <= el.number);
    if (!groups.includes(group) || !inOrder) log.insertBefore(group, groups.find((el) => el !== group && el.number > number) ?? tail);
  }

  #showPending(item) {
    if (item.error) return this.#showError(item);
    this.#replies([]);
    const group = this.#pendingGroup(item);
    if (item.message != null) this.#note(item, this.#t.waiting);
    this.#scroll(true);
    return group;
  }

  #pendingGroup(item) {
    let group = this.#pending.get(item.key);
    if (!group) {
      this.#pending.set(item.key, group = this.#group(Infinity));
      if (item.message != null) this.#addUser(group, item.message, item.at);
    }
    return group;
  }

  #addUser(group, text, at) {
    group.user = h('div', { class: 'row me' }, h('span', { class: 'sr' }, `${this.#t.you}: `), h('div', { class: 'bubble', dir: 'auto' }, ...linked(text)), this.#when(at));
    group.prepend(group.user);
  }

  #note(item, text) {
    const group = this.#pendingGroup(item);
    group.error?.remove();
    group.user?.lastChild.replaceChildren(text);
  }

  #when(at) {
    const date = at ? new Date(at) : new Date();
    const today = date.toDateString() === new Date().toDateString();
    const format = (style) => new Intl.DateTimeFormat(this.#lang, style).format(date);
    const shown = format(today ? { timeStyle: 'short' } : { dateStyle: 'medium', timeStyle: 'short' });
    return h('div', { class: 'meta' }, h('time', { datetime: date.toISOString(), title: format({ dateStyle: 'full', timeStyle: 'medium' }) }, shown));
  }

  /** Idempotent: the same turn may come from the answer, from the event stream and from catching up. */
  #showTurn({ turn, key, user, messages = [], at, test_mode: test }) {
    const waiting = this.#pending.get(key) ?? (user && !key ? this.#sameWords(user.text) : null);
    let group = this.#turns.get(turn);
    if (waiting && group && waiting !== group) waiting.remove();
    group ??= waiting ?? this.#group(turn);
    for (const [name, other] of this.#pending) if (other === waiting || other === group) this.#pending.delete(name);
    group.error?.remove();
    this.#turns.set(turn, group);
    this.#place(group, turn);
    if (user?.text != null && !group.user) this.#addUser(group, user.text, at);
    else if (group.user && waiting) group.user.lastChild.replaceWith(this.#when(at));
    for (const message of messages) this.#addMessage(group, message, at);
    if (test || messages.some((message) => message.test_mode)) this.#addTest(group);
    if (turn >= Math.max(...this.#turns.keys())) this.#offer(messages);
    this.#scroll(waiting);
    this.dispatchEvent(new CustomEvent('parley-turn', { detail: { turn, messages } }));
  }

  /** For servers that do not name the key of a turn: our oldest waiting message with these words. */
  #sameWords(text) {
    return [...this.#pending.values()].find((group) => !group.error?.isConnected && group.user?.querySelector('.bubble').textContent === text);
  }

  #addMessage(group, message, at) {
    const { id, role, text, card, buttons } = message;
    const streamed = this.#drop();
    if (group.messages.has(id)) return;
    const t = this.#t;
    const operator = role === 'operator';
    const row = role === 'system' ? h('p', { class: 'notice' }, text) : h('div', { class: `row ${operator ? 'op' : 'bot'} ${streamed ? 'still' : ''}` },
      operator ? h('div', { class: 'name' }, message.name ?? t.operator) : h('span', { class: 'sr' }, `${t.bot}: `),
      text && text !== (card && words(card)) ? h('div', { class: 'bubble', dir: 'auto' }, ...linked(text)) : null,
      card ? this.#card(card) : null,
      buttons?.length ? h('span', { class: 'sr' }, `${t.options}: ${buttons.map((b) => b.label).join('; ')}`) : null,
      this.#when(at));
    group.messages.set(id, row);
    group.append(row);
    if (group.test) group.append(group.test);
    if (this.#parts.panel.hidden) this.#countUnread(this.#unread + 1);
  }

  #card({ title, subtitle, image, alt, facts, actions, carousel }) {
    if (carousel) return h('ul', { class: 'cards' }, ...carousel.map((one) => h('li', null, this.#card(one))));
    const src = image && webUrl(image);
    return h('div', { class: 'card', role: 'group', 'aria-label': title, dir: 'auto' },
      /^https:/.test(src) ? h('img', { src, alt: alt ?? '', loading: 'lazy' }) : null, h('strong', null, title), subtitle ? h('p', null, ...linked(subtitle)) : null,
      facts?.length ? h('dl', null, ...facts.flatMap((f) => [h('dt', null, f.label), h('dd', null, ...linked(f.value))])) : null,
      actions?.length ? h('div', { class: 'do' }, ...actions.map((a) => h('button', { type: 'button', onclick: () => this.#press(a) }, a.label))) : null);
  }

  #addTest(group) {
    group.append(group.test ??= h('p', { class: 'test' }, this.#t.test));
  }

  #offer(messages) {
    const last = messages.at(-1);
    this.#parts.text.inputMode = KEYBOARDS[last?.input?.type] ?? '';
    if (!this.#pending.size) this.#replies(messages.flatMap((message) => message.buttons ?? []));
  }

  #replies(buttons) {
    const { replies, text } = this.#parts;
    const same = JSON.stringify(buttons);
    // the turn came a second time: do not take the focus from an answer
    if (replies.same === same) return;
    replies.same = same;
    const focused = replies.contains(this.shadowRoot.activeElement);
    replies.replaceChildren(...buttons.map((button) => h('button', { type: 'button', dir: 'auto', onclick: () => this.#press(button) }, button.label)));
    if (focused) text.focus({ preventScroll: true });
  }

  #progress(item, type, data) {
    const group = this.#pending.get(item.key);
    // the event stream was faster: the turn is already shown as committed
    if (!group) return;
    if (type === 'delta') {
      const { live } = this.#parts;
      let row = live.firstChild;
      // a text may begin anew
      if (row?.call !== data.call || !data.at) {
        row = h('div', { class: 'row bot' }, h('div', { class: 'bubble', dir: 'auto' }));
        row.call = data.call;
        live.replaceChildren(row);
      }
      row.firstChild.append(data.text);
    } else if (type === 'message') {
      this.#addMessage(group, data);
      this.#typing(this.#t.typing);
    } else if (type === 'effect') {
      if (data.state === 'started') this.#typing(this.#t.working);
      if (data.test_mode) this.#addTest(group);
    }
    this.#scroll();
  }

  /** Nothing is final before it is committed: what an interrupted answer has shown comes again with the next attempt. */
  #retract(item) {
    const group = this.#pending.get(item.key);
    for (const [id, row] of group?.messages ?? []) {
      row.remove();
      group.messages.delete(id);
    }
    group?.test?.remove();
    this.#typing('');
    if (group) this.#note(item, this.#t.waiting);
  }

  #showError(item) {
    const t = this.#t;
    const { code, message, hint, request, status } = item.error;
    const group = this.#pendingGroup(item);
    group.user?.lastChild.replaceChildren();
    group.error?.remove();
    group.error = h('div', { class: 'error' },
      h('p', { dir: 'auto' }, `${t.failed} ${message}${hint ? ` ${hint}` : ''}`),
      h('p', null, h('code', null, `${t.code} ${code}${request ? `, ${t.request} ${request}` : ''}`)),
      h('button', { type: 'button', onclick: () => (this.#parts.text.focus(), this.#session.retry(item)) }, t.again),
      [403, 404, 409, 410].includes(status) ? h('button', { type: 'button', onclick: () => this.#startFresh() }, t.fresh) : null);
    group.append(group.error);
    this.#typing('');
    if (item.payload === '/human') this.#personAsked(false);
    this.#scroll(true);
  }

  #typing(text) {
    const { said, live } = this.#parts;
    if (said.textContent !== text) said.textContent = text;
    if (!text) live.replaceChildren();
    else if (!live.firstChild) live.append(h('div', { class: 'row bot' }, h('div', { class: 'bubble dots' }, h('i'), h('i'), h('i'))));
    this.#scroll();
  }

  #drop() {
    const row = this.#parts.live.firstChild;
    if (row?.call) row.remove();
    return row?.call;
  }

  #setStatus(status) {
    if (!status) return;
    this.#status = status;
    if (status === 'human' || status === 'pending_human') this.#setOwner(status);
    if (status === 'working') this.#typing(this.#t.working);
    else if (!this.#pending.size) this.#typing('');
    this.#setRating(status === 'ended');
  }

  #setOwner(owner) {
    const before = this.#owner ?? 'bot';
    this.#owner = owner;
    const human = /human/.test(owner);
    this.#personAsked(human);
    // Who joins and leaves is said in the conversation itself.
    if (before !== owner && owner === 'pending_human') this.#notice(this.#t[owner]);
  }

  #notice(text) {
    const { log, tail } = this.#parts;
    log.insertBefore(h('p', { class: 'notice' }, text), tail);
    this.#scroll(true);
  }

  // Stars at the end

  #setRating(ended) {
    const { rating, tail } = this.#parts;
    if (!ended || this.#session.saved.rated) {
      if (!rating?.done) {
        rating?.remove();
        this.#parts.rating = null;
      }
      return;
    }
    if (rating) return;
    const t = this.#t;
    const out = h('output');
    const note = h('textarea', { rows: 1, dir: 'auto' });
    const more = h('label', { class: 'add', hidden: true }, t.comment, note);
    const send = h('button', { class: 'main', hidden: true }, t.sendRating);
    const choose = (n) => { out.textContent = t.star(n) + t.stars[n - 1]; more.hidden = send.hidden = false; this.#scroll(true); };
    const stars = t.stars.map((word, i) => h('label', null,
      h('input', { type: 'radio', name: 'stars', value: i + 1, class: 'sr', required: true, onchange: () => choose(i + 1) }), icon('star'), h('span', { class: 'sr' }, t.star(i + 1) + word)));
    const form = h('form', { class: 'rating', onsubmit: (e) => this.#sendRating(e, form, note) },
      h('fieldset', null, h('legend', null, t.rate), h('span', { class: 'stars' }, ...stars), out), more, send);
    tail.append(this.#parts.rating = form);
    this.#scroll(true);
  }

  async #sendRating(event, form, note) {
    event.preventDefault();
    form.querySelector('.error')?.remove();
    try {
      await this.#session.rate(Number(new FormData(form).get('stars')), note.value.trim());
      form.done = true;
      form.replaceChildren(h('p', { class: 'notice', tabindex: -1 }, this.#t.rated));
      form.firstChild.focus({ preventScroll: true });
    } catch (error) {
      form.append(h('p', { class: 'error' }, error instanceof ApiError ? `${error.message} (${error.code})` : this.#t.offline));
    }
    this.#scroll(true);
  }

  /** Follows the conversation only for those who are at its end, or who have just written. */
  #scroll(always) {
    const { log } = this.#parts;
    const near = log.scrollHeight - log.scrollTop - log.clientHeight < 160;
    if (always || near) requestAnimationFrame(() => { log.scrollTop = log.scrollHeight; });
  }
}

if (!customElements.get('parley-chat')) customElements.define('parley-chat', ParleyChat);
