/** The heap of a case that has counts of objects and no trace: classes with bounds, and nothing drawn that is not known. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { graveFaults } from './axe.ts';
import { caseShown, open, settled, shoot } from './browser.ts';
import { setDesk } from './desk.ts';
import { Shell } from './shell.ts';

const desk = setDesk((scratch) => scratch.session());

describe('the heap of a case without a trace', () => {
  it.each([
    ['light', 'en-US', 'Size classes, estimated', 'estimated'],
    ['dark', 'zh-CN', undefined, undefined],
  ] as const)('is a table of classes with bounds (%s, %s)', async (colorScheme, locale, tableName, basis) => {
    const { page, watch } = await open(desk, { colorScheme, locale });
    await caseShown(page);
    await page.keyboard.press('Digit4');
    await page.getByRole('table').waitFor();
    expect(await page.getByRole('application').count()).toBe(0);
    if (tableName !== undefined) {
      const table = page.getByRole('region', { name: tableName });
      expect(await table.getByRole('row').count()).toBeGreaterThan(5);
      await page.getByText(basis, { exact: true }).first().waitFor();
      await page.getByText('Where spans and objects lie is unknown').waitFor();
    }
    await settled(page);
    await shoot(page, `heap-estimated-${colorScheme}-${locale}`);
    expect(await graveFaults(page)).toEqual([]);
    watch.expectClean();
    await page.context().close();
  });

  it('needs MemStats with BySize only, and follows the sample chosen', async () => {
    const alone = await Shell.start(join(import.meta.dirname, '../fixtures/memstats/lines.jsonl'));
    try {
      const { page, watch } = await open({ browser: desk.browser, shell: alone }, { colorScheme: 'dark' });
      await caseShown(page);
      await page.keyboard.press('Digit4');
      const table = page.getByRole('region', { name: 'Size classes, estimated' });
      await table.waitFor();
      expect(await table.getByRole('columnheader').allTextContents()).toEqual(
        ['slot', 'live', 'objects', 'spans', 'free slots', 'full', 'tails'].map((name) =>
          expect.stringContaining(name),
        ),
      );
      const totals = page.getByRole('region', { name: 'Heap from counts alone' });
      // HeapInuse of the highest sample, then of the first
      await totals.getByText('920 KiB').waitFor();
      await page.getByRole('slider', { name: 'Counts of objects by size' }).press('Home');
      await totals.getByText('736 KiB').waitFor();
      const slot = table.getByRole('row', { name: /^16 B/ });
      // BySize of the first line: 108 objects of 16 B allocated, none freed
      expect(await slot.getByRole('cell').nth(1).textContent()).toBe('108');
      expect(await page.getByRole('application').count()).toBe(0);
      await shoot(page, 'heap-estimated-memstats-dark');
      expect(await graveFaults(page)).toEqual([]);
      watch.expectClean();
      await page.context().close();
    } finally {
      await alone.stop();
    }
  });
});
