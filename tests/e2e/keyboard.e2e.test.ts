import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { caseShown, open, settled } from './browser.ts';
import { setDesk } from './desk.ts';

const desk = setDesk((scratch) => scratch.session());

/** What has the focus, as a screen reader would name it. */
async function focused(page: Page): Promise<string> {
  return await page.evaluate<string>(
    '(document.activeElement.getAttribute("aria-label") || document.activeElement.textContent || "").trim().replace(/\\s+/g, " ")',
  );
}

async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let i = 0; i < 80; i++) {
    await page.keyboard.press('Tab');
    if (name.test(await focused(page))) return;
  }
  throw new Error(`Tab does not reach ${name}`);
}

describe('with the keyboard alone', () => {
  it('goes from the case to the first finding, its raw line and the timeline', async () => {
    const { page, watch } = await open(desk);
    await caseShown(page);
    await page.keyboard.press('BracketRight');
    await page.waitForTimeout(200);
    expect(await focused(page)).toMatch(/^Live heap grows without bound/);
    await tabTo(page, /^stderr\.txt:21$/);
    await page.keyboard.press('Enter');
    await page.getByRole('gridcell', { name: '21', exact: true }).waitFor();
    const row = page.locator('[role="row"][aria-selected="true"]');
    await row.getByText(/^gc \d+ @/).waitFor();
    await page.keyboard.press('Digit3');
    await page.getByRole('region', { name: 'Charts over time' }).waitFor();
    await page.keyboard.press('BracketRight');
    await page.getByRole('region', { name: 'Moment' }).waitFor();
    await page.keyboard.press('ArrowRight');
    await expect
      .poll(() => page.getByRole('status').last().textContent())
      .toMatch(/^05:48:\d\d\.\d{3}. RSS [\d.]+ MiB/);
    watch.expectClean();
    await page.context().close();
  });

  it('walks the files, folds a folder and opens one', async () => {
    const { page, watch } = await open(desk);
    await caseShown(page);
    await page.keyboard.press('Digit2');
    const tree = page.getByRole('treegrid');
    await tree.focus();
    const rows = () => tree.getAttribute('aria-rowcount').then(Number);
    const all = await rows();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowLeft');
    expect(await rows()).toBe(all - 6);
    await page.keyboard.press('ArrowRight');
    expect(await rows()).toBe(all);
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.getByRole('grid', { name: 'Lines of the file' }).waitFor();
    await page.keyboard.press('Escape');
    await tree.waitFor();
    watch.expectClean();
    await page.context().close();
  });
});

describe('commands by key', () => {
  it('go by places on the keyboard: an AZERTY layout zooms with the key beside Q', async () => {
    const { page, watch } = await open(desk);
    await caseShown(page);
    await page.keyboard.press('Digit3');
    await settled(page);
    await page.evaluate(
      "document.body.dispatchEvent(new KeyboardEvent('keydown', { code: 'KeyW', key: 'z', bubbles: true }))",
    );
    await expect.poll(() => page.url()).toContain('zoom=');
    watch.expectClean();
    await page.context().close();
  });

  it('do nothing in a text field or while an input method composes', async () => {
    const { page, watch } = await open(desk);
    await caseShown(page);
    await page.keyboard.press('Digit3');
    await settled(page);
    const before = page.url();
    await page.getByRole('group', { name: 'Shown range' }).getByLabel('from').focus();
    for (const code of ['KeyW', 'KeyT', 'Digit1', 'KeyO', 'F1', 'Escape']) await page.keyboard.press(code);
    await page.evaluate(
      "document.body.dispatchEvent(new KeyboardEvent('keydown', { code: 'KeyW', key: 'Process', bubbles: true, isComposing: true }))",
    );
    await settled(page);
    expect(page.url()).toBe(before);
    expect(await page.getByRole('dialog').count()).toBe(0);
    watch.expectClean();
    await page.context().close();
  });

  it('leave single letters alone where they are switched off', async () => {
    const { page, watch } = await open(desk);
    await caseShown(page);
    await page.keyboard.press('F1');
    await page.getByRole('checkbox', { name: 'Single letters are commands' }).uncheck();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.keyboard.press('Digit2');
    await settled(page);
    expect(page.url()).not.toContain('s=evidence');
    await page.keyboard.press('Control+KeyP');
    await page.getByRole('combobox').fill('dmesg');
    await page.keyboard.press('Enter');
    await page.getByRole('complementary', { name: 'Details' }).getByText('dmesg.txt').waitFor();
    watch.expectClean();
    await page.context().close();
  });

  it('are found by name in the palette, with their keys', async () => {
    const { page, watch } = await open(desk);
    await caseShown(page);
    await page.keyboard.press('Control+KeyK');
    await page.getByRole('combobox').fill('timeline');
    await expect.poll(() => page.getByRole('option').first().textContent()).toMatch(/Timeline\s*3/);
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Charts over time' }).waitFor();
    await page.keyboard.press('Alt+ArrowLeft');
    await page.getByRole('region', { name: 'Verdict' }).waitFor();
    watch.expectClean();
    await page.context().close();
  });
});
