// What a visitor sees when something breaks: nothing lost, nothing doubled, and always told.
import { axe, bubbles, inLog, reply, say, shot } from './harness.mjs';

const HOSTILE = '<img src=x onerror=alert(1)><script>alert(2)</script><b>bold</b> javascript:alert(3) https://example.org/a"onmouseover="alert(4) https://example.org/ok.';

export default [
  {
    name: 'a server killed and started again: banner, and the message written meanwhile arrives once',
    mock: true,
    async run({ visitor, mock, assert }) {
      const page = await visitor.tab();
      await reply(page, /order/i).first().click();
      await inLog(page, 'What would you like to order?').waitFor();
      await mock.kill();
      await page.getByText('No connection. Reconnecting').waitFor();
      await say(page, '2 pizzas');
      await inLog(page, 'Waiting to be sent').waitFor();
      await axe(page);
      await shot(page, '10-offline');
      await mock.start();
      await reply(page, /yes/i).waitFor({ timeout: 20_000 });
      await page.getByText('No connection. Reconnecting').waitFor({ state: 'detached' });
      assert.deepEqual((await bubbles(page)).filter((text) => text === '2 pizzas').length, 1);
      assert.equal((await mock.counts()).conversations[0].turns.length, 2);
    },
  },
  {
    name: 'an answer lost on its way is fetched with the same key: one turn, shown once',
    mock: true,
    async run({ visitor, mock, assert }) {
      const page = await visitor.tab();
      await reply(page, /order/i).first().click();
      await inLog(page, 'What would you like to order?').waitFor();
      for (const fault of [{ drop_after: true }, { cut: true }, { drop_before: true }]) {
        await mock.plan({ faults: [fault, fault] });
        const posts = visitor.posts.length;
        await say(page, `echo ${JSON.stringify(fault)}`);
        await page.locator('.turn .bot .bubble', { hasText: JSON.stringify(fault) }).waitFor();
        await page.waitForFunction(() => !/Sending|Waiting/.test(document.querySelector('parley-chat').shadowRoot.querySelector('.log').textContent));
        const tries = visitor.posts.slice(posts);
        assert.equal(new Set(tries.map(({ key }) => key)).size, 1);
        assert.equal(new Set(tries.map(({ body }) => body)).size, 1, 'the same key carries the same bytes');
      }
      assert.equal((await bubbles(page)).length, 8);
      assert.equal((await mock.counts()).conversations[0].turns.length, 4);
    },
  },
  {
    name: 'a first message whose answer is lost does not make two conversations, also over a refresh',
    mock: true,
    async run({ visitor, mock, assert }) {
      const page = await visitor.tab();
      await reply(page, /order/i).first().waitFor();
      await mock.plan({ faults: [{ drop_after: true }, { drop_after: true }, { delay_ms: 3000 }] });
      await say(page, 'echo first');
      await inLog(page, 'Waiting to be sent').waitFor();
      await page.reload();
      await page.locator('.turn .bot .bubble', { hasText: 'first' }).waitFor();
      assert.deepEqual(await bubbles(page), ['echo first', 'first']);
      assert.equal((await mock.counts()).conversations.length, 1);
    },
  },
  {
    name: 'a second tab opened while a message is on its way: both send it with one key, both show it once',
    mock: true,
    async run({ visitor, mock, assert }) {
      const first = await visitor.tab();
      await say(first, 'echo hello');
      await first.locator('.turn .bot .bubble', { hasText: 'hello' }).waitFor();
      await mock.plan({ faults: [{ delay_ms: 1500 }] });
      await say(first, 'echo slow');
      await inLog(first, 'Sending').waitFor();
      const second = await visitor.tab();
      for (const page of [first, second]) {
        await page.locator('.turn .bot .bubble', { hasText: 'slow' }).waitFor();
        await page.waitForFunction(() => !/Sending|Waiting/.test(document.querySelector('parley-chat').shadowRoot.querySelector('.log').textContent));
        assert.deepEqual(await bubbles(page), ['echo hello', 'hello', 'echo slow', 'slow']);
        assert.deepEqual(await page.evaluate(() => Object.entries(localStorage).filter(([key]) => key.endsWith(':outbox')).map(([, value]) => value)), ['[]']);
      }
      assert.equal((await mock.counts()).applied, 2);
    },
  },
  {
    name: 'pressing twice sends once: double click on an answer, Enter held down',
    mock: true,
    async run({ visitor, mock, assert }) {
      await mock.plan({ faults: [{ delay_ms: 300 }, { delay_ms: 300 }] });
      const page = await visitor.tab();
      await reply(page, /order/i).first().dblclick();
      await inLog(page, 'What would you like to order?').waitFor();
      await page.getByLabel('Your message').fill('2 pizzas');
      await page.keyboard.down('Enter');
      await page.keyboard.down('Enter');
      await page.keyboard.up('Enter');
      await reply(page, /yes/i).waitFor();
      assert.equal((await mock.counts()).applied, 2);
      assert.equal(visitor.posts.length, 2);
    },
  },
  {
    name: 'two messages in quick succession stay in order',
    mock: true,
    async run({ visitor, mock, assert }) {
      await mock.plan({ faults: [{ delay_ms: 400 }] });
      const page = await visitor.tab();
      await say(page, 'echo one');
      await say(page, 'echo two');
      await page.locator('.turn .bot .bubble', { hasText: 'two' }).waitFor();
      assert.deepEqual(await bubbles(page), ['echo one', 'one', 'echo two', 'two']);
      assert.equal((await mock.counts()).conversations.length, 1);
    },
  },
  {
    name: 'an error shows its sentence, hint and code, clears the typing sign and can be tried again',
    mock: true,
    async run({ visitor, mock, assert }) {
      await mock.plan({ faults: [{ error: 500 }] });
      const page = await visitor.tab();
      await say(page, 'echo hello');
      await inLog(page, /The kitchen is on fire. Try again in a minute./).waitFor();
      await inLog(page, /deliberate/).waitFor();
      assert.equal(await page.locator('.live').evaluate((el) => el.childElementCount), 0);
      assert.equal(await page.getByRole('status').last().textContent(), '');
      await axe(page);
      await shot(page, '11-error');
      await page.reload();
      await inLog(page, /The kitchen is on fire/).waitFor();
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.locator('.turn .bot .bubble', { hasText: 'hello' }).waitFor();
      assert.equal(await page.locator('.error').count(), 0);
      assert.equal(new Set(visitor.posts.map(({ key }) => key)).size, 1);
    },
  },
  {
    name: 'a conversation that the server no longer knows: told, and what was being written is kept',
    mock: true,
    async run({ visitor, mock, assert }) {
      const page = await visitor.tab();
      await say(page, 'echo hello');
      await page.locator('.turn .bot .bubble', { hasText: 'hello' }).waitFor();
      await page.reload();  // so that nothing is under way any more when the server forgets
      await page.locator('.turn .bot .bubble', { hasText: 'hello' }).waitFor();
      await mock.plan({ conversation_id: (await mock.counts()).conversations[0].id, act: 'forget' });
      await page.reload();
      await inLog(page, 'The earlier conversation is no longer available').waitFor();
      await say(page, 'echo again');
      await page.locator('.turn .bot .bubble', { hasText: 'again' }).waitFor();
      assert.equal((await bubbles(page)).length, 2);
    },
  },
  {
    name: 'hostile text stays text: no element, no script; only http(s) becomes a link',
    mock: true,
    async run({ visitor, assert }) {
      const page = await visitor.tab();
      page.on('dialog', () => visitor.problems.push('a script ran'));
      await say(page, `echo ${HOSTILE}`);
      await page.locator('.turn .bot .bubble').first().waitFor();
      await say(page, 'echo \u202Eمرحبا');
      await page.locator('.turn .bot .bubble').nth(1).waitFor();
      const found = await page.evaluate(() => {
        const root = document.querySelector('parley-chat').shadowRoot;
        return { foreign: root.querySelectorAll('script, b, iframe, .log img, [onerror], [onmouseover], [style]').length, links: [...root.querySelectorAll('a')].map((a) => [a.protocol, a.rel, a.target]) };
      });
      assert.equal(found.foreign, 0);
      assert.ok(found.links.length >= 4);
      for (const link of found.links) assert.deepEqual(link, ['https:', 'noopener noreferrer nofollow', '_blank']);
      assert.ok((await bubbles(page)).includes(HOSTILE));
      await axe(page);
      await shot(page, '12-hostile');
    },
  },
];
