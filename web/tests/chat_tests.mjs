// What a visitor does when everything works.
import { axe, bubbles, inLog, reply, say, shot } from './harness.mjs';

const ORDERED = /receipt|paid/i;

async function order(page) {
  await reply(page, /order/i).first().click();
  await inLog(page, /order/i).last().waitFor();
  await page.waitForFunction(() => document.querySelector('parley-chat').shadowRoot.querySelectorAll('.bot').length > 0);
  await say(page, '2 pizzas and a coke');
  await reply(page, /yes|place|pay/i).first().waitFor();
}

export default [
  {
    name: 'a first visit: disclosure, start buttons and a way to a person are there before anything is sent',
    async run({ visitor, assert }) {
      const page = await visitor.tab();
      await page.getByText('You are chatting with an automated assistant').waitFor();
      await page.getByRole('button', { name: 'Talk to a person' }).waitFor();
      await reply(page, /order/i).first().waitFor();
      assert.equal(visitor.posts.length, 0);
      await axe(page);
      await shot(page, '01-start');
    },
  },
  {
    name: 'an order by mouse, with a digression and a change of mind, ends with stars',
    async run({ visitor, mock, assert }) {
      const page = await visitor.tab();
      await order(page);
      await axe(page);
      await shot(page, '02-confirm');
      await say(page, mock ? 'what are your opening hours?' : 'Talk about opening hours');
      if (mock) await inLog(page, /from 11 to 23/).waitFor();
      await say(page, '3 pizzas');
      await page.getByRole('log').getByText(/3/).last().waitFor();
      await reply(page, /yes|place|pay/i).first().click();
      await inLog(page, ORDERED).last().waitFor();
      await page.getByRole('radio').nth(3).check({ force: true });
      await page.locator('output', { hasText: '4 of 5: Good' }).waitFor();
      await axe(page);
      await shot(page, '03-stars');
      await page.getByLabel('Anything to add? (optional)').fill('quick');
      await page.getByRole('button', { name: 'Send rating' }).click();
      await page.getByText('Thank you for the rating.').waitFor();
      if (mock) assert.deepEqual((await mock.counts()).conversations[0].feedback, { stars: 4, comment: 'quick' });
      if (mock) await inLog(page, /Test mode/).waitFor();
      await page.reload();
      await inLog(page, ORDERED).last().waitFor();
      assert.equal(await page.getByRole('radio').count(), 0, 'a rated conversation is not asked about again');
    },
  },
  {
    name: 'an order by keyboard only: one Tab reaches the answers, focus is never lost',
    async run({ visitor, assert }) {
      const page = await visitor.tab();
      const focused = () => page.evaluate(() => document.activeElement.shadowRoot?.activeElement?.textContent || document.activeElement.shadowRoot?.activeElement?.tagName);
      await reply(page, /order/i).first().waitFor();
      for (let i = 0; i < 6 && (await focused()) !== 'TEXTAREA'; i++) await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      assert.match(await focused(), /order/i);
      await page.keyboard.press('Enter');
      await page.getByRole('log').locator('.bot').first().waitFor();
      assert.equal(await focused(), 'TEXTAREA');
      await page.keyboard.type('2 pizzas');
      await page.keyboard.press('Enter');
      await reply(page, /yes|place|pay/i).first().waitFor();
      await page.keyboard.press('Tab');
      assert.match(await focused(), /yes|place|pay/i);
      await shot(page, '04-keyboard');
      await page.keyboard.press('Enter');
      await inLog(page, ORDERED).last().waitFor();
      await page.getByRole('radio').first().waitFor({ state: 'attached' });
      await page.keyboard.press('Shift+Tab');
      await page.keyboard.press('Space');
      await page.keyboard.press('ArrowLeft');
      await page.locator('output', { hasText: '4 of 5: Good' }).waitFor();
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      assert.equal(await focused(), 'Send rating');
      await page.keyboard.press('Enter');
      await page.getByText('Thank you for the rating.').waitFor();
    },
  },
  {
    name: 'a refresh keeps the conversation and its open question',
    async run({ visitor, assert }) {
      const page = await visitor.tab();
      await order(page);
      const before = await bubbles(page);
      await page.reload();
      await reply(page, /yes|place|pay/i).first().waitFor();
      assert.deepEqual(await bubbles(page), before);
      await reply(page, /yes|place|pay/i).first().click();
      await inLog(page, ORDERED).last().waitFor();
    },
  },
  {
    name: 'a second tab shows what the first one writes, each message once',
    async run({ visitor, assert }) {
      const first = await visitor.tab();
      const second = await visitor.tab();
      await reply(second, /order/i).first().waitFor();
      await order(first);
      await reply(second, /yes|place|pay/i).first().waitFor();
      assert.deepEqual(await bubbles(second), await bubbles(first));
      await reply(second, /yes|place|pay/i).first().click();
      await inLog(first, ORDERED).last().waitFor();
      await first.getByRole('radio').first().waitFor({ state: 'attached' });
      assert.deepEqual(await bubbles(first), await bubbles(second));
    },
  },
  {
    name: 'finished messages are announced once; tokens on their way are hidden from screen readers',
    mock: true,
    async run({ visitor, mock, assert }) {
      await mock.plan({ faults: [{ token_ms: 60 }] });
      const page = await visitor.tab();
      await reply(page, /order/i).first().waitFor();
      await page.evaluate(() => {
        window.seen = [];
        const log = document.querySelector('parley-chat').shadowRoot.querySelector('[role=log]');
        new MutationObserver((records) => {
          for (const node of records.flatMap((record) => [...record.addedNodes])) {
            const el = node.nodeType === 1 ? node : node.parentElement;
            if (el && !el.closest('[aria-hidden=true]')) window.seen.push(node.textContent);
          }
        }).observe(log, { childList: true, subtree: true, characterData: true });
      });
      await reply(page, /order/i).first().click();
      await page.getByRole('status').getByText('The assistant is typing').waitFor({ state: 'attached' });
      await page.locator('.live .bubble', { hasText: 'What would' }).waitFor();
      await shot(page, '05-streaming');
      await page.locator('.turn .bubble', { hasText: 'What would you like to order?' }).waitFor();
      await page.waitForFunction(() => !document.querySelector('parley-chat').shadowRoot.querySelector('.live').firstChild);
      const announced = (await page.evaluate(() => window.seen)).filter((text) => /What would/.test(text));
      assert.equal(announced.length, 1);
      assert.equal(await page.locator('.live').evaluate((el) => el.textContent), '');
      assert.equal(await page.getByRole('status').last().textContent(), '');
    },
  },
  {
    name: 'a person joins, answers and leaves: said at both edges, the bot is quiet, the way there cannot be asked twice',
    mock: true,
    async run({ visitor, mock, assert }) {
      const page = await visitor.tab();
      await reply(page, /order/i).first().waitFor();
      await page.getByRole('button', { name: 'Talk to a person' }).click();
      await inLog(page, /A person has been asked to join/).waitFor();
      await page.getByRole('button', { name: 'Person requested' }).waitFor();
      await inLog(page, 'Someone will be with you shortly').last().waitFor();
      assert.match(await page.getByRole('log').innerText(), /Talk to a person[^]*has been asked to join/);
      await page.getByRole('button', { name: 'Person requested' }).click({ force: true });
      const [{ id: conversation_id }] = (await mock.counts()).conversations;
      await mock.plan({ conversation_id, act: 'join' });
      await inLog(page, 'Ana has joined').waitFor();
      await mock.plan({ conversation_id, act: 'say', text: 'Hello, this is Ana. What happened?' });
      await inLog(page, 'Hello, this is Ana').waitFor();
      await say(page, 'my pizza is cold');
      await axe(page);
      await shot(page, '06-person');
      await mock.plan({ conversation_id, act: 'leave' });
      await inLog(page, 'automated assistant again').waitFor();
      await page.getByRole('button', { name: 'Talk to a person' }).waitFor();
      assert.equal(visitor.posts.length, 2);
    },
  },
  {
    name: 'new chat asks first, can be declined by Escape, and then starts empty',
    async run({ visitor, assert }) {
      const page = await visitor.tab();
      await order(page);
      const count = (await bubbles(page)).length;
      await page.getByRole('button', { name: 'New chat' }).click();
      await page.getByRole('alertdialog').waitFor();
      await axe(page);
      await shot(page, '07-new-chat');
      await page.keyboard.press('Escape');
      assert.equal(await page.getByRole('alertdialog').count(), 0);
      assert.equal((await bubbles(page)).length, count);
      await page.getByRole('button', { name: 'New chat' }).click();
      await page.getByRole('alertdialog').getByRole('button', { name: 'New chat' }).click();
      await reply(page, /order/i).first().waitFor();
      assert.equal((await bubbles(page)).length, 0);
      await page.reload();
      await reply(page, /order/i).first().waitFor();
      assert.equal((await bubbles(page)).length, 0);
    },
  },
  {
    name: 'a page for one flow: its greeting comes by itself and only once',
    mock: true,
    async run({ visitor, mock, assert }) {
      const page = await visitor.tab('/?flow=order');
      await inLog(page, 'What would you like to order?').waitFor();
      await page.reload();
      await inLog(page, 'What would you like to order?').waitFor();
      assert.equal((await mock.counts()).conversations.length, 1);
      await say(page, '2 pizzas');
      await reply(page, /yes/i).waitFor();
      assert.deepEqual((await bubbles(page)).length, 3);
    },
  },
];
