// The look of <parley-chat>: a constructed sheet (no inline style, so any Content-Security-Policy allows it) and icons.
// Colours are pairs with a contrast of at least 4.5:1 in both schemes; hosts may set --parley-accent and --parley-on-accent.

const CSS = `
:host { --paper: #f6f2ea; --sheet: #fffdf8; --ink: #1c2725; --muted: #56625f; --line: #e2dacb; --edge: #7d8884;
  --accent: var(--parley-accent, #1d5a4e); --on-accent: var(--parley-on-accent, #fffdf8); --mine: #1d5a4e; --on-mine: #fbfaf5;
  --tint: #e5eee8; --warn: #fcefd3; --warn-ink: #654000; --bad: #fbe7e1; --bad-ink: #861d10; --star: #a96500; --shade: 28 39 37;
  --serif: Charter, "Bitstream Charter", "Sitka Text", Cambria, "Liberation Serif", serif;
  color-scheme: light dark; color: var(--ink); font: 400 1rem/1.5 system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif; }
@media (prefers-color-scheme: dark) { :host { --paper: #111716; --sheet: #19211f; --ink: #ebe7de; --muted: #a6b2ae; --line: #2d3936; --edge: #74827d;
  --accent: var(--parley-accent, #93d3c0); --on-accent: var(--parley-on-accent, #0c1d18); --mine: #23493e; --on-mine: #eff6f2; --tint: #20312c;
  --warn: #38290c; --warn-ink: #f5d391; --bad: #421812; --bad-ink: #ffc0b4; --star: #f0b54a; --shade: 0 0 0; } }
*, ::before, ::after { box-sizing: border-box; }
:host([hidden]), [hidden] { display: none !important; }
:host { display: block; }
:host([mode=page]) { height: 100%; }
section { height: 100%; }
button, textarea, input { font: inherit; color: inherit; }
button { cursor: pointer; min-height: 2.25em; border-radius: .75em; border: 1px solid transparent; background: none; padding: .25em .75em; }
:focus-visible { outline: 2.5px solid var(--accent); outline-offset: 2px; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
svg { width: 1.25em; height: 1.25em; fill: none; stroke: currentColor; stroke-width: 1.75; stroke-linecap: round; stroke-linejoin: round; flex: none; }
.panel { position: relative; display: grid; grid-template-rows: auto auto minmax(7rem, 1fr) auto; height: 100%; max-width: 46rem; margin: auto;
  background: var(--sheet); overflow: auto; }
:host([mode=page]) .panel { border-inline: 1px solid var(--line); }
@media (min-width: 52em) and (min-height: 46em) { :host([mode=page]) section { display: grid; place-items: center; }
  :host([mode=page]) .panel { width: 46rem; height: calc(100% - 3rem); max-height: 56rem; border: 1px solid var(--line); border-radius: 1.5em; box-shadow: 0 .5em 3em rgb(var(--shade) / .1); } }
header { position: relative; display: flex; flex-wrap: wrap; align-items: center; gap: .5em 1em; padding: .9em 1.25em .8em; border-bottom: 1px solid var(--line); }
.who { flex: 1 1 14em; min-width: 0; }
h1, h2, .hello { font: 600 1.3em/1.25 var(--serif); margin: 0; letter-spacing: -.005em; overflow-wrap: anywhere; }
.who p { margin: .15em 0 0; font-size: .875em; color: var(--muted); }
.acts { display: flex; flex-wrap: wrap; gap: .4em; align-items: center; }
.acts button { font-size: .875em; display: inline-flex; align-items: center; gap: .45em; }
.person { border-color: var(--edge); }
.close { position: absolute; inset: .7em .7em auto auto; padding: .25em; min-width: 2.25em; justify-content: center; }
.float .who { padding-inline-end: 2.5em; }
.acts button:hover, .quiet:hover, .replies button:hover, .do button:hover { background: var(--tint); }
[aria-disabled=true] { opacity: .75; cursor: default; border-style: dashed; }
.banner { margin: 0; padding: .55em 1.43em; font-size: .875em; background: var(--warn); color: var(--warn-ink); }
.banner:empty { display: none; }
.log { overflow: auto; padding: 1.25em; display: flex; flex-direction: column; gap: 1.1em; overscroll-behavior: contain; min-height: 0; }
.log:focus-visible { outline-offset: -3px; }
.log > :first-child { margin-top: auto; }
.intro { padding: .5em 0; } .intro p { margin: .3em 0 0; color: var(--muted); } .intro .hello { color: var(--ink); font-size: 1.75em; }
.turn { display: flex; flex-direction: column; gap: .5em; }
.row { max-width: min(36em, 88%); display: flex; flex-direction: column; align-items: flex-start; align-self: flex-start; }
.me { align-self: flex-end; align-items: flex-end; }
.bubble { padding: .6em .95em; border: 1px solid var(--line); border-radius: .3em 1.1em 1.1em 1.1em; background: var(--paper);
  white-space: pre-wrap; overflow-wrap: anywhere; max-width: 100%; }
.me .bubble { background: var(--mine); color: var(--on-mine); border-color: transparent; border-radius: 1.1em 1.1em .3em 1.1em; }
.op .bubble { background: var(--tint); border-color: var(--accent); }
.bubble a, .card a { color: inherit; text-underline-offset: .15em; }
.meta { font-size: .78em; color: var(--muted); margin: .2em .35em 0; }
.op .name { font-size: .8em; font-weight: 600; margin: 0 .35em .2em; }
.bot:has(+ .bot) .meta { display: none; }
.card { margin-top: .4em; border: 1px solid var(--line); border-radius: .9em; padding: .8em .95em; min-width: min(16em, 100%); max-width: 100%; overflow-wrap: anywhere; }
.card strong { font: 600 1.08em/1.3 var(--serif); display: block; } .card p { margin: .25em 0 0; color: var(--muted); }
.card img { max-width: 100%; border-radius: .6em; display: block; margin-bottom: .5em; }
.card dl { display: grid; grid-template-columns: auto 1fr; gap: .2em 1.25em; margin: .5em 0 0; } .card dt { color: var(--muted); }
.card dd { margin: 0; text-align: end; }
.do { margin-top: .7em; }
.cards { list-style: none; margin: 0; padding: 3px; display: flex; gap: .5em; overflow: auto; max-width: 100%; }
.cards li { flex: 0 0 min(16em, 85%); display: flex; } .cards .card { flex: 1; }
.notice, .test { align-self: center; text-align: center; font-size: .84em; color: var(--muted); margin: 0; max-width: 34em; }
.notice::before, .notice::after { content: " — "; }
.test { align-self: flex-start; text-align: start; background: var(--warn); color: var(--warn-ink); padding: .2em .7em; border-radius: .6em; }
.error { align-self: flex-end; max-width: 88%; background: var(--bad); color: var(--bad-ink); border: 1px solid; border-radius: .9em; padding: .6em .9em; font-size: .925em; }
.error p { margin: 0 0 .4em; overflow-wrap: anywhere; } .error code { font: .85em/1.4 ui-monospace, "Liberation Mono", monospace; }
.error button { border-color: currentColor; font-weight: 600; margin-inline-end: .5em; }
.dots { display: inline-flex; gap: .3em; padding: .85em 1em; }
.dots i { width: .42em; height: .42em; border-radius: 50%; background: var(--muted); animation: breathe 1.4s infinite ease-in-out; }
.dots i:nth-child(2) { animation-delay: .18s; } .dots i:nth-child(3) { animation-delay: .36s; }
@keyframes breathe { 0%, 70%, 100% { opacity: .35; } 35% { opacity: 1; } }
.rating { margin-top: 1.1em; border-top: 1px solid var(--line); padding-top: 1em; display: flex; flex-direction: column; gap: .7em; align-items: flex-start; }
.live:not(:empty) + .rating { margin-top: 0; }
fieldset { border: 0; margin: 0; padding: 0; } legend { font: 600 1.15em/1.3 var(--serif); padding: 0; margin-bottom: .35em; }
.stars { display: inline-flex; vertical-align: middle; }
.stars label { padding: .3em; cursor: pointer; border-radius: .5em; position: relative; color: var(--star); display: inline-flex; }
.stars svg { width: 1.75em; height: 1.75em; stroke-width: 1.4; }
.stars label:has(~ label :checked) svg, .stars label:has(:checked) svg { fill: currentColor; }
.stars label:has(:focus-visible) { outline: 2.5px solid var(--accent); }
output { margin-inline-start: .6em; font-size: .9em; color: var(--muted); }
.rating label.add { display: block; width: 100%; font-size: .875em; color: var(--muted); }
.rating textarea { margin-top: .25em; }
form.write { border-top: 1px solid var(--line); padding: .8em 1.25em 1em; display: grid; grid-template: "r r" auto "t s" auto / 1fr auto; gap: .7em .6em; align-items: end; }
textarea { width: 100%; grid-area: t; resize: none; field-sizing: content; min-height: 2.75em; max-height: 9em; padding: .58em .9em; border: 1px solid var(--edge);
  border-radius: 1em; background: var(--sheet); color: var(--ink); line-height: 1.45; }
textarea::placeholder { color: var(--muted); opacity: 1; }
.replies, .do { display: flex; flex-wrap: wrap; gap: .5em; }
.replies { grid-area: r; max-height: 9.5em; overflow: auto; padding: 3px; margin: -3px; }
.replies:empty { display: none; }
.replies button, .do button { border-color: var(--accent); color: var(--accent); border-radius: 1.2em; padding: .3em 1em; text-align: start; overflow-wrap: anywhere; }
.main { background: var(--accent); color: var(--on-accent); font-weight: 600; padding-inline: 1.1em; }
.main:hover { filter: brightness(1.12); }
.send { grid-area: s; height: 2.75em; border-radius: 1em; display: inline-flex; align-items: center; gap: .4em; }
.quiet { border-color: var(--edge); }
.veil { position: absolute; inset: 0; display: grid; place-items: center; padding: 1em; background: rgb(var(--shade) / .45); }
.ask { background: var(--sheet); border: 1px solid var(--line); border-radius: 1.1em; padding: 1.25em 1.4em; max-width: 24em; box-shadow: 0 1em 3em rgb(var(--shade) / .25); }
.ask p { margin: .4em 0 1em; color: var(--muted); } .ask div { display: flex; flex-wrap: wrap; gap: .5em; }
.launch { position: fixed; z-index: 2147483000; inset: auto 1.25rem 1.25rem auto; min-height: 3.25em; padding: 0 1.25em; border-radius: 1.65em; border-color: transparent;
  display: inline-flex; align-items: center; gap: .55em; background: var(--accent); color: var(--on-accent); font-weight: 600; box-shadow: 0 .4em 1.4em rgb(var(--shade) / .3); }
.launch:focus-visible { outline-offset: 3px; }
.badge { background: var(--on-accent); color: var(--accent); border-radius: 1em; padding: 0 .5em; font-size: .85em; }
.float .panel { position: fixed; z-index: 2147483000; inset: auto 1.25rem 5.5rem auto; width: min(25rem, calc(100vw - 2.5rem)); height: min(40rem, calc(100dvh - 7rem));
  border: 1px solid var(--line); border-radius: 1.25em; box-shadow: 0 1em 3.5em rgb(var(--shade) / .28); }
.float header, .float .log, .float form.write { padding-inline: 1em; }
@media (max-width: 30em), (max-height: 26em) { .float .panel { inset: 0; width: auto; height: auto; max-width: none; border-radius: 0; border: 0; } .float.up .launch { display: none; }
  header { padding: .7em 1em; } .log, form.write { padding-inline: 1em; } .send span { position: absolute; clip-path: inset(50%); } }
@media (prefers-reduced-motion: no-preference) { .row, .notice { animation: rise .22s ease-out; } .log[aria-busy] *, .still { animation: none; } @keyframes rise { from { opacity: 0; transform: translateY(.4em); } } }
@media (prefers-reduced-motion: reduce) { .dots i { animation: none; opacity: .7; } }
@media (forced-colors: active) { .me .bubble, .main, .launch, .test, .banner { border: 1px solid; } .stars label:has(:checked) { outline: 2px solid Highlight; } .dots i { background: CanvasText; } }
`;

const ICONS = {
  person: 'M12 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM5 20c.6-3.6 3.4-5.5 7-5.5s6.4 1.9 7 5.5',
  fresh: 'M12 5v14M5 12h14', close: 'M6 6l12 12M18 6L6 18', send: 'M5 12h13M12.5 6l6 6-6 6',
  chat: 'M4 6.5A2.5 2.5 0 0 1 6.5 4h11A2.5 2.5 0 0 1 20 6.5v7a2.5 2.5 0 0 1-2.5 2.5H11l-5 4v-4.1A2.5 2.5 0 0 1 4 13.5Z',
  star: 'M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1.05 5.9L12 16.9l-5.25 2.8 1.05-5.9L3.5 9.7l5.9-.8Z',
};
export const sheet = new CSSStyleSheet();
sheet.replaceSync(CSS);

export function icon(name) {
  const ns = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(ns, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.append(document.createElementNS(ns, 'path'));
  svg.firstChild.setAttribute('d', ICONS[name]);
  return svg;
}
