// The end of a sign-in, in the browser that holds the conversation which asked for it (parley-session.js keeps it): the code
// is brought there. In any other browser the page stays as it is, and the code is typed into the chat.
(async () => {
  const code = document.getElementById('code');
  const done = document.getElementById('done');
  let token = null;
  for (let i = 0; i < localStorage.length; i++) {
    const name = localStorage.key(i);
    if (!name.startsWith('parley:')) continue;
    try {
      const saved = JSON.parse(localStorage.getItem(name));
      if (saved?.id === code.dataset.conversation) token = saved.token ?? '';
    } catch { /* not of a conversation */ }
  }
  if (token === null) return;
  code.hidden = true;
  try {
    const answer = await fetch(`/v1/conversations/${encodeURIComponent(code.dataset.conversation)}/sign-ins`, {
      method: 'POST', body: JSON.stringify({ code: code.dataset.code }), credentials: 'omit',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    });
    if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
    document.title = document.querySelector('h1').textContent = done.dataset.title;
    done.hidden = false;
    // An older answer of the browser's cache must not bring the code back.
    code.remove();
  } catch {
    code.hidden = false;
  }
})();
