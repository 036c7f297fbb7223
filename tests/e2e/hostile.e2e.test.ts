import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { graveFaults } from './axe.ts';
import { caseShown, open, settled, shoot, visibleText } from './browser.ts';
import { setDesk } from './desk.ts';

const desk = setDesk((scratch) => scratch.hostile());

/** Nothing ran, nothing turned the text around, nothing burst the layout. */
async function expectHarmless(page: Page): Promise<void> {
  expect(await page.title()).not.toContain('owned');
  expect(await page.locator('main img:not([role]), main script, main a[href^="javascript"]').count()).toBe(0);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there
  expect(await visibleText(page)).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u001b\u0007]/);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(1440);
  expect(await page.evaluate('document.documentElement.scrollHeight')).toBeLessThanOrEqual(900);
}

describe('a bundle made to mislead', () => {
  it('stays text on every screen', async () => {
    const { page, watch } = await open(desk);
    await caseShown(page);
    for (const [name, key] of [
      ['home', 'Digit1'],
      ['evidence', 'Digit2'],
      ['timeline', 'Digit3'],
    ] as const) {
      await page.keyboard.press(key);
      await settled(page);
      await shoot(page, `hostile-${name}`);
      await expectHarmless(page);
      expect(await graveFaults(page)).toEqual([]);
    }
    watch.expectClean();
    await page.context().close();
  });

  it('stays text in the details, the raw viewer and the palette of every file', async () => {
    const { page, watch } = await open(desk);
    await caseShown(page);
    await page.keyboard.press('Digit2');
    const tree = page.getByRole('treegrid');
    await tree.focus();
    await page.keyboard.press('Home');
    const count = Number(await tree.getAttribute('aria-rowcount'));
    expect(count).toBeGreaterThan(6);
    let files = 0;
    for (let i = 1; i < count; i++) {
      await page.keyboard.press('ArrowDown');
      const details = page.getByRole('complementary', { name: 'Details' });
      if (!(await details.getByRole('button', { name: 'Open the raw file' }).isVisible())) continue;
      await expectHarmless(page);
      await page.keyboard.press('Enter');
      await page.getByRole('grid').waitFor();
      await settled(page);
      await expectHarmless(page);
      if (files++ < 3) await shoot(page, `hostile-raw-${files}`);
      await page.keyboard.press('Escape');
      await tree.waitFor();
      await tree.focus();
    }
    expect(files).toBe(7);
    await page.keyboard.press('Control+KeyP');
    await page.getByRole('option').first().waitFor();
    await shoot(page, 'hostile-palette');
    await expectHarmless(page);
    watch.expectClean();
    await page.context().close();
  });
});
