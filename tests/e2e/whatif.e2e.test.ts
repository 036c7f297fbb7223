/** Other settings and the lesson, by mouse and by keyboard, on a recorded run and on the small case. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { graveFaults } from './axe.ts';
import { caseShown, open, settled, shoot } from './browser.ts';
import { setDesk } from './desk.ts';
import { Shell } from './shell.ts';

const desk = setDesk((scratch) => {
  const run = join(scratch.folder, 'two-workers');
  for (const name of ['gctrace.log', 'series.jsonl'])
    cpSync(join(import.meta.dirname, '../fixtures/what-if/two-workers', name), join(run, name));
  return run;
});

const table = (page: Page) => page.getByRole('region', { name: 'Recorded run and other settings' });
const figure = (page: Page, name: string) => table(page).getByRole('row').filter({ hasText: name });
const interval = / to /;

describe('what-if', () => {
  it.each(['light', 'dark'] as const)(
    'shows the replay error, then the prediction with its intervals (%s)',
    async (colorScheme) => {
      const { page, watch } = await open(desk, { colorScheme });
      await caseShown(page);
      await page.keyboard.press('Digit5');
      await page.getByRole('textbox', { name: /^GOGC/ }).fill('400');
      await page.keyboard.press('Enter');
      await figure(page, 'Peak heap').getByText(interval).waitFor();
      await settled(page);
      expect(await figure(page, 'GC cycles').innerText()).toMatch(/57/);
      await page.getByRole('img', { name: /^Heap of both runs/ }).waitFor();
      await shoot(page, `whatif-answer-${colorScheme}`);
      expect(await graveFaults(page)).toEqual([]);
      watch.expectClean();
      await page.context().close();
    },
  );

  it('is the same question from the link, in Chinese', async () => {
    const { page } = await open(desk);
    await caseShown(page);
    await page.keyboard.press('Digit5');
    await page.getByRole('button', { name: 'GOGC=200', exact: true }).click();
    await figure(page, 'Peak heap').getByText(interval).waitFor();
    expect(page.url()).toContain('ask=gogc%3D200');
    const other = await open(desk, { locale: 'zh-CN' });
    await other.page.goto(page.url());
    await other.page.getByRole('textbox', { name: /^GOGC/ }).waitFor();
    expect(await other.page.getByRole('textbox', { name: /^GOGC/ }).inputValue()).toBe('200');
    await other.page.getByText('峰值').first().waitFor();
    await shoot(other.page, 'whatif-answer-zh');
    await page.context().close();
    await other.page.context().close();
  });

  it('says what is wrong with a setting and keeps the last answer', async () => {
    const { page } = await open(desk);
    await caseShown(page);
    await page.keyboard.press('Digit5');
    await page.getByRole('textbox', { name: 'GOMAXPROCS' }).fill('zero');
    await page.keyboard.press('Enter');
    await page.getByText('a whole number from 1 to 4096').waitFor();
    expect(await page.getByRole('textbox', { name: 'GOMAXPROCS' }).getAttribute('aria-invalid')).toBe('true');
    await page.context().close();
  });
});

describe('a container limit and a load', () => {
  it.each([
    ['light', 'en', /^killed at/, 'Container limit, MiB', /^Load/, 'Live heap under that load'],
    ['dark', 'zh-CN', /被终止（/, '容器内存上限，MiB', /^负载/, '该负载下的存活堆'],
  ] as const)(
    'says when the run is killed, and what is assumed of the load (%s, %s)',
    async (colorScheme, locale, killed, limit, load, live) => {
      const { page, watch } = await open(desk, { colorScheme, locale });
      await caseShown(page);
      await page.keyboard.press('Digit5');
      await page.getByRole('textbox', { name: limit }).fill('300');
      await page.keyboard.press('Enter');
      await page
        .getByText(/300 MiB/)
        .first()
        .waitFor();
      await page.getByRole('textbox', { name: load }).fill('2');
      await page.keyboard.press('Enter');
      await page.getByRole('combobox', { name: live }).selectOption('1');
      await page.getByText(killed).first().waitFor();
      await settled(page);
      expect(page.url()).toContain(encodeURIComponent('cont=300,load=2,live=1'));
      await shoot(page, `whatif-limit-${colorScheme}`);
      expect(await graveFaults(page)).toEqual([]);
      watch.expectClean();
      await page.context().close();
    },
  );

  it('says what is wrong with a load, and survives with a limit that is large enough', async () => {
    const { page } = await open(desk);
    await caseShown(page);
    await page.keyboard.press('Digit5');
    await page.getByRole('textbox', { name: /^Load/ }).fill('lots');
    await page.keyboard.press('Enter');
    await page.getByText('a number from 0.01 to 100').waitFor();
    await page.getByRole('textbox', { name: 'Container limit, MiB' }).fill('900');
    await page.keyboard.press('Enter');
    await page.getByText('survives: 100 % of the runs stay below 900 MiB').waitFor();
    await page.context().close();
  });
});

describe('what-if without gctrace', () => {
  it.each([
    ['light', 'en', 'estimated'],
    ['dark', 'zh-CN', '估计'],
  ] as const)(
    'marks what is estimated and leaves unknown what nothing tells (%s, %s)',
    async (colorScheme, locale, estimated) => {
      const folder = join(desk.scratch.folder, `samples-${locale}`);
      cpSync(join(import.meta.dirname, '../fixtures/what-if/two-workers/series.jsonl'), join(folder, 'series.jsonl'));
      const alone = await Shell.start(folder);
      try {
        const { page, watch } = await open({ browser: desk.browser, shell: alone }, { colorScheme, locale });
        await caseShown(page);
        await page.keyboard.press('Digit5');
        await page.getByRole('button', { name: 'GOGC=200', exact: true }).click();
        await page.getByRole('img').waitFor();
        await settled(page);
        const row = (name: RegExp) => page.getByRole('row').filter({ hasText: name });
        expect(await row(/Peak heap|堆峰值/).innerText()).toContain(estimated);
        expect(await row(/GC CPU/).innerText()).toMatch(/not known|未知/);
        await shoot(page, `whatif-samples-${colorScheme}`);
        expect(await graveFaults(page)).toEqual([]);
        watch.expectClean();
        await page.context().close();
      } finally {
        await alone.stop();
      }
    },
  );
});

describe('the lesson', () => {
  it('steps with the arrow keys, says what happens on which level, and differs between Go versions', async () => {
    const { page, watch } = await open(desk);
    await caseShown(page);
    await page.keyboard.press('Digit6');
    await page.getByRole('heading', { name: /24 B with pointers/ }).waitFor();
    const arena = page.getByRole('region', { name: 'Arena and MemStats' });
    await arena.getByText('the heap grows by 512 pages').waitFor();
    for (let i = 0; i < 3; i++) {
      await page.keyboard.press('ArrowRight');
      await page.getByText(`${i + 2} / `).waitFor();
    }
    await page.getByRole('region', { name: 'Tiny allocator' }).getByText('3 B at offset 5').waitFor();
    for (let i = 4; i < 22; i++) {
      await page.keyboard.press('ArrowRight');
      await page.getByText(`${i + 1} / `).waitFor();
    }
    await page
      .getByRole('region', { name: 'Page allocator' })
      .getByText(/free pages again/)
      .first()
      .waitFor();
    await settled(page);
    await shoot(page, 'lesson-swept');
    expect(await graveFaults(page)).toEqual([]);
    watch.expectClean();
    await page.context().close();
  });
});
