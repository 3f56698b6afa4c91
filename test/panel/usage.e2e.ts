import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { screenshotFolder } from '../support/vscode/paths.ts';
import { id } from './support/samples.ts';
import { pageSuite } from './support/suite.ts';
import { themeNames } from './support/themes.ts';
import { openUsage, type UsageDouble, type UsageOptions } from './support/usagePage.ts';
import { call, names, nothing, overview } from './support/usageSamples.ts';

const folder = join(screenshotFolder, 'usage');

interface Axe {
  run(): Promise<{ violations: { id: string; nodes: { html: string; any: { message: string }[] }[] }[] }>;
}

describe('the dashboard', function () {
  this.timeout(60_000);
  const open = pageSuite<UsageOptions, UsageDouble>(openUsage);
  let axe = '';
  before(async () => {
    await mkdir(folder, { recursive: true });
    axe = await readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
  });

  const states: { name: string; answer?: UsageOptions['answer'] }[] = [
    { name: 'day' },
    { name: 'empty', answer: nothing },
  ];
  for (const { name, answer } of states) {
    it(`${name}: axe finds nothing, nothing is cut off, in any theme, narrow and wide, and each has its picture`, async () => {
      const usage = await open({ ...(answer ? { answer } : {}) });
      await usage.page.locator('.log').waitFor();
      await usage.page.evaluate(axe);
      const found: string[] = [];
      for (const width of [1280, 360]) {
        await usage.page.setViewportSize({ width, height: 900 });
        for (const theme of themeNames) {
          await usage.setTheme(theme);
          // Colours do not depend on the width, and looking takes its time.
          const looks = width > 1000 || theme === 'dark';
          const { violations } = looks
            ? await usage.page.evaluate(() => (Reflect.get(window, 'axe') as Axe).run())
            : { violations: [] };
          for (const { id: rule, nodes } of violations)
            for (const { html, any } of nodes)
              found.push(`${theme}, ${width}: ${rule}: ${html.slice(0, 160)} ${any[0]?.message ?? ''}`);
          const path = join(folder, `${name}.${theme}.${width}.png`);
          await usage.page.screenshot({ path, fullPage: true });
        }
        const wide = await usage.page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        assert.equal(wide, 0, `at ${width}`);
      }
      assert.deepEqual(found, []);
      assert.deepEqual(usage.errors, []);
    });
  }

  it('says what it reads, and what went wrong', async () => {
    const usage = await open({ answer: () => undefined });
    await usage.page.locator('.loading').waitFor();
    await usage.tell({
      type: 'problem',
      problem: { code: 'register_unavailable', message: 'The list cannot be read.', action: 'reload' },
    });
    await usage.page.locator('.problem', { hasText: 'The list cannot be read.' }).waitFor();
    assert.equal(await usage.page.locator('[aria-live]').textContent(), 'The list cannot be read.');
  });

  it('takes another range by keys alone, and forgets what the one before was answered late', async () => {
    const late = overview('day');
    const usage = await open({ answer: (range) => (range === 'week' ? undefined : overview(range)) });
    await usage.page.getByRole('radio', { name: '24 hours' }).focus();
    await usage.page.keyboard.press('ArrowRight');
    await usage.page.locator('.loading').waitFor();
    await usage.tell({ type: 'overview', overview: late });
    await usage.page.keyboard.press('ArrowRight');
    await usage.page.getByRole('heading', { name: 'Cost' }).waitFor();
    assert.deepEqual(
      usage.asked.map((one) => (one.type === 'open' ? one.range : one.type)),
      ['day', 'week', 'month'],
    );
    assert.ok(await usage.page.getByRole('radio', { name: '30 days' }).isChecked());
  });

  it('draws a new call as it comes, in the charts, the sums and the log', async () => {
    const usage = await open({ answer: nothing });
    await usage.page.getByText('No model was called in this range.').waitFor();
    const now = { at: Date.now(), session: id(8, 1), client: id(7, 2), cost: 0.5 };
    await usage.tell({ type: 'calls', calls: [call(1, now)], names });
    await usage.page.locator('.tile', { hasText: 'Cost' }).getByText('$0.50').waitFor();
    assert.equal(await usage.page.locator('#chart-cost .bar').count(), 1);
    const row = usage.page.locator('.lines tbody tr');
    assert.match((await row.textContent()) ?? '', /Release notes.*claude-sonnet-5-5.*upload\.test\.ts/);
    assert.match((await usage.page.locator('.top').first().textContent()) ?? '', /upload\.test\.ts.*\$0\.50/);
    await usage.tell({ type: 'calls', calls: [call(1, now), call(2, now)], names });
    await usage.page.locator('.tile', { hasText: 'Cost' }).getByText('$1.00').waitFor();
    assert.equal(await row.count(), 2);
  });

  it('never says that what has no known price was free', async () => {
    const usage = await open({ answer: nothing });
    const { cost: _, ...unpriced } = call(1, { at: Date.now() });
    await usage.tell({ type: 'calls', calls: [unpriced], names });
    await usage.page.locator('.tile', { hasText: 'Cost' }).getByText('unknown').waitFor();
    assert.equal(await usage.page.locator('#chart-cost .bar').count(), 0);
    const told = usage.page.locator('.tile dd, .top td, .lines td, #chart-cost figcaption');
    assert.deepEqual(
      (await told.allTextContents()).filter((text) => text.includes('$')),
      [],
    );
  });

  it('holds the log still while somebody reads, and says how many came', async () => {
    const usage = await open();
    const rows = usage.page.locator('.lines tbody tr');
    await rows.first().waitFor();
    await usage.page.getByRole('button', { name: 'Pause' }).click();
    await usage.tell({ type: 'calls', calls: [call(41), call(42)], names });
    await usage.page.getByRole('button', { name: 'Go on, 2 new' }).waitFor();
    assert.equal(await rows.count(), 40);
    await usage.page.getByRole('button', { name: 'Go on, 2 new' }).click();
    await usage.page.getByRole('button', { name: 'Pause' }).waitFor();
    assert.equal(await rows.count(), 42);
  });

  it('shows lines that fit what was typed, and those that failed alone', async () => {
    const usage = await open();
    const rows = usage.page.locator('.lines tbody tr');
    await rows.first().waitFor();
    await usage.page.getByRole('searchbox').fill('NIGHTLY');
    await usage.drawn();
    assert.equal(await rows.count(), 13);
    await usage.page.getByRole('checkbox', { name: 'Failed only' }).check();
    assert.equal(await rows.count(), await usage.page.locator('.lines .failure').count());
    await usage.page.getByRole('searchbox').fill('no such thing');
    await usage.page.getByText('No call fits.').waitFor();
  });

  it('has the figures of each chart as a table, and a name for each drawing', async () => {
    const usage = await open();
    const images = usage.page.getByRole('img');
    await images.first().waitFor();
    assert.equal(await images.count(), 6);
    assert.match((await images.first().getAttribute('aria-label')) ?? '', /^Cost: at least \$\d/);
    await usage.page.locator('#chart-first summary').focus();
    await usage.page.keyboard.press('Enter');
    const table = usage.page.locator('#chart-first table');
    await table.waitFor();
    assert.deepEqual(await table.locator('thead th').allTextContents(), ['Time', 'p50', 'p95', 'p99']);
    assert.match((await table.locator('tbody tr').first().textContent()) ?? '', /\d\sm?s/);
  });

  it('shows what was said in a call whose words are kept', async () => {
    const usage = await open();
    await usage.page
      .getByRole('button', { name: /^Show what was said at/ })
      .first()
      .click();
    await usage.drawn();
    assert.deepEqual(usage.asked.at(-1), { type: 'showBodies', call: 36 });
  });

  it('opens a session of this window in the panel', async () => {
    const usage = await open();
    await usage.page.getByRole('button', { name: /^Show the session Why does/ }).click();
    await usage.drawn();
    assert.deepEqual(usage.asked.at(-1), { type: 'showSession', sessionId: id(8, 1) });
  });
});
