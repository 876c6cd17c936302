// The page and the widget as a guest on other pages: size, policy, colours, small screens.
import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';
import { axe, inLog, real, reply, say, shot } from './harness.mjs';
import { served } from './assets.mjs';

const WIDGET = ['/parley-chat.js', '/parley-session.js', '/parley-look.js'];
const LIMIT = 15 * 1000;

async function openWidget(page) {
  await page.getByRole('button', { name: 'Open chat' }).click();
  await page.getByLabel('Your message').waitFor();
  await reply(page, /order/i).first().waitFor();
}

/** A site on another origin with the strictest policy that lets the widget in. */
async function guestSite(server) {
  const site = createServer((req, res) => {
    res.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': `default-src 'none'; script-src ${server}; connect-src ${server}; require-trusted-types-for 'script'` });
    res.end(`<!doctype html><html lang="de"><title>Laden</title><main><h1>Laden</h1></main><script type="module" src="${server}/parley-chat.js"></script><parley-chat title="Ladenhilfe"></parley-chat></html>`);
  });
  await new Promise((done) => site.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${site.address().port}/`, close: () => (site.closeAllConnections(), site.close()) };
}

export default [
  {
    name: `the widget is at most ${LIMIT} bytes as it is sent`,
    async run({ assert }) {
      let total = 0;
      for (const path of WIDGET) {
        const body = real ? Buffer.from(await (await fetch(real + path)).arrayBuffer()) : served(path).body;
        total += gzipSync(body, { level: 9 }).length;
      }
      console.log(`          ${total} bytes gzipped in ${WIDGET.length} files`);
      assert.ok(total <= LIMIT, `${total} bytes`);
    },
  },
  {
    name: 'the widget on a page: opens, answers, closes by Escape with the focus back, counts what it missed',
    async run({ visitor, mock, assert }) {
      const page = await visitor.tab('/widget-demo.html');
      const names = await page.evaluate(() => Object.keys(window));
      await axe(page);
      await openWidget(page);
      await page.getByRole('dialog').waitFor();
      assert.equal(await page.locator('.launch').getAttribute('aria-expanded'), 'true');
      await axe(page);
      await reply(page, /order/i).first().click();
      await page.getByRole('log').locator('.bot').first().waitFor();
      await say(page, '2 pizzas and a coke');
      await reply(page, /yes|place|pay/i).first().waitFor();
      await axe(page);
      await shot(page, '20-widget');
      await page.keyboard.press('Escape');
      assert.equal(await page.getByRole('dialog').count(), 0);
      assert.equal(await page.evaluate(() => document.querySelector('parley-chat').shadowRoot.activeElement?.className), 'launch');
      if (mock) {
        await mock.plan({ conversation_id: (await mock.counts()).conversations[0].id, act: 'say', text: 'Still there?' });
        await page.locator('.badge', { hasText: '1 unread' }).waitFor();
        await axe(page);
        await shot(page, '21-widget-closed');
      }
      assert.deepEqual((await page.evaluate(() => Object.keys(window))).filter((name) => !names.includes(name) && name !== 'axe'), []);
    },
  },
  {
    name: 'the widget on another origin, in German, under a policy without inline style and with trusted types',
    async run({ visitor, mock }) {
      const site = await guestSite(visitor.url);
      try {
        const page = await visitor.tab(site.url);
        await page.getByRole('button', { name: 'Chat öffnen' }).click();
        await page.getByRole('heading', { name: 'Ladenhilfe' }).waitFor();
        await page.getByLabel('Ihre Nachricht').fill(mock ? 'echo hallo' : 'hallo');
        await page.keyboard.press('Enter');
        await page.locator('.turn .bot .bubble').first().waitFor();
        await shot(page, '22-widget-german');
      } finally {
        site.close();
      }
    },
  },
  ...[
    ['dark', { colorScheme: 'dark' }], ['phone 320 px wide', { viewport: { width: 320, height: 600 } }], ['200 % zoom', { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 }],
    ['forced colours', { forcedColors: 'active' }], ['reduced motion', { reducedMotion: 'reduce' }],
  ].map(([name, options]) => ({
    name: `${name}: an order without a violation or a sideways scroll`,
    options,
    async run({ visitor, assert }) {
      const page = await visitor.tab();
      await reply(page, /order/i).first().click();
      await page.getByRole('log').locator('.bot').first().waitFor();
      await say(page, '2 pizzas and a coke, and https://example.org/a-very-long-address-that-does-not-fit-into-a-narrow-window-without-breaking');
      await reply(page, /yes|place|pay/i).first().waitFor();
      await shot(page, `30-${name.replace(/\W+/g, '-')}`);
      await axe(page, { forced: 'forcedColors' in options });
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth && document.querySelector('parley-chat').shadowRoot.querySelector('.log').scrollWidth <= innerWidth));
      await reply(page, /yes|place|pay/i).first().click();
      await inLog(page, /receipt|paid/i).last().waitFor();
      await page.getByRole('radio').nth(2).check({ force: true });
      await page.locator('output', { hasText: '3 of 5: Fair' }).waitFor();
      await axe(page, { forced: 'forcedColors' in options });
      await shot(page, `31-${name.replace(/\W+/g, '-')}-stars`);
    },
  })),
  {
    name: 'dark widget and phone widget',
    options: { colorScheme: 'dark', viewport: { width: 390, height: 720 } },
    async run({ visitor }) {
      const page = await visitor.tab('/widget-demo.html');
      await openWidget(page);
      await axe(page);
      await shot(page, '23-widget-phone-dark');
    },
  },
];
