// The chat page: the address may name a flow, a language and, with its token, a user (/?flow=order&lang=de).
const chat = document.querySelector('parley-chat');
const wanted = new URLSearchParams(location.search);
for (const name of ['flow', 'user', 'user-token', 'lang']) {
  if (wanted.has(name)) chat.setAttribute(name, wanted.get(name));
}
if (wanted.has('lang')) document.documentElement.lang = wanted.get('lang');
chat.addEventListener('parley-ready', ({ detail }) => {
  if (detail.name) document.title = detail.name;
});
// After the attributes are set: the element reads them when it is defined.
await import('./parley-chat.js');
