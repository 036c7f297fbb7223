import { beforeEach, describe, expect, it } from 'vitest';
import { caseShown, type Opened, open, settled, shoot } from './browser.ts';
import { setDesk } from './desk.ts';

let opened: Opened;

const desk = setDesk((scratch) => scratch.session());

beforeEach(async () => {
  opened = await open(desk);
  await caseShown(opened.page);
  return async () => {
    opened.watch.expectClean();
    await opened.page.context().close();
  };
});

describe('the first page', () => {
  it('leads from every figure to the line it was read from', async () => {
    const { page } = opened;
    await page.getByRole('list', { name: 'Key figures' }).getByRole('link', { name: '249 MiB' }).click();
    // where the record of that moment begins
    await page
      .locator('[role="row"][aria-selected="true"]')
      .getByText(/\[rollup\]$/)
      .waitFor();
    await page.goBack();
    const ladder = page.getByRole('list', { name: 'Memory, from the whole to its parts' });
    await ladder.getByRole('listitem').filter({ hasText: 'heap in use' }).getByRole('link').click();
    await page
      .locator('[role="row"][aria-selected="true"]')
      .getByText(/HeapInuse/)
      .waitFor();
  });

  it('defines a row of the ladder on focus', async () => {
    const { page } = opened;
    await page.getByRole('button', { name: 'heap idle, kept' }).focus();
    await page.getByText(/free spans Go keeps for reuse/).waitFor();
  });

  it('takes the ladder at another moment', async () => {
    const { page } = opened;
    const rss = page
      .getByRole('list', { name: /^Memory, from/ })
      .getByRole('listitem')
      .filter({ hasText: /^\s*RSS/ });
    const atPeak = await rss.textContent();
    await page.getByRole('button', { name: 'onset', exact: true }).click();
    await expect.poll(() => rss.textContent()).not.toBe(atPeak);
    expect(page.url()).toContain('at=');
    await page.goBack();
    await expect.poll(() => rss.textContent()).toBe(atPeak);
  });

  it('copies a finding as text', async () => {
    const { page } = opened;
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy the finding as text' }).first().click();
    const text = await page.evaluate<string>('navigator.clipboard.readText()');
    expect(text).toMatch(/^Live heap grows without bound: something only adds \((?:high|medium) confidence\)\n/);
    expect(text).toContain('stderr.txt:21');
    expect(text).toContain('What to do');
  });

  it('names every kind that is missing, with the command that collects it', async () => {
    const { page } = opened;
    const row = page.getByRole('row', { name: /^\/proc\/PID\/smaps/ });
    await row.getByText('cat /proc/PID/smaps').waitFor();
    await row.getByRole('button', { name: /^Copy the command for/ }).waitFor();
  });

  it('hashes everything again when asked', async () => {
    const { page } = opened;
    await page.getByRole('button', { name: /^Journal intact/ }).click();
    await page.getByRole('button', { name: /^\d+ files verified/ }).waitFor();
  });
});

describe('the evidence', () => {
  it('is filtered by words and by questions', async () => {
    const { page } = opened;
    await page.keyboard.press('Digit2');
    await page.keyboard.press('Slash');
    await page.keyboard.type('heap-');
    await page.getByText('3 of 14 files').waitFor();
    await page.getByRole('searchbox').fill('');
    await page.getByRole('button', { name: 'used by findings' }).click();
    await expect.poll(() => page.url()).toContain('is%3Aused');
    await page.getByRole('row', { name: /stderr\.txt/ }).click();
    const details = page.getByRole('complementary', { name: 'Details' });
    await details.getByText(/ends of numbered collections/).waitFor();
    await details.getByText(/^[0-9a-f]{64}$/).waitFor();
    await page.getByRole('searchbox').fill('nothing of that name');
    await page.getByText('No file fits this filter.').waitFor();
    await page.getByRole('button', { name: 'Clear the filter' }).click();
    await page.getByText('14 files', { exact: true }).waitFor();
  });

  it('is searched literally, onwards and back', async () => {
    const { page } = opened;
    await page.keyboard.press('Digit2');
    await page.getByRole('row', { name: /proc-samples\.txt/ }).dblclick();
    const field = page.getByRole('searchbox', { name: /literally/ });
    await field.fill('VmRSS:');
    await field.press('Enter');
    const line = page.getByRole('spinbutton', { name: 'Line' });
    await expect.poll(() => line.inputValue()).not.toBe('1');
    const first = await line.inputValue();
    await field.press('Enter');
    await expect.poll(() => line.inputValue()).not.toBe(first);
    await field.press('Shift+Enter');
    await expect.poll(() => line.inputValue()).toBe(first);
    expect(await page.locator('mark').first().textContent()).toBe('VmRSS:');
    await line.fill('1279');
    await line.press('Enter');
    await page.locator('[role="row"][aria-selected="true"]').getByText(/1279/).waitFor();
    await field.fill('.*');
    await field.press('Enter');
    await page.getByText('none after this line').first().waitFor();
  });

  it('shows binary files as bytes, decoded as offsets count', async () => {
    const { page } = opened;
    await page.keyboard.press('Digit2');
    await page.getByRole('row', { name: /heap-054904/ }).dblclick();
    const bytes = page.getByRole('grid', { name: 'Bytes of the file' });
    await bytes.getByText('00000010').waitFor();
    await settled(page);
    await shoot(page, 'hex-dark-en-US');
    const offset = page.getByRole('textbox', { name: 'Offset' });
    await offset.fill('0x400');
    await offset.press('Enter');
    await expect.poll(() => page.locator('[role="row"][aria-selected="true"]').textContent()).toContain('00000400');
  });
});
