/** From a point of a timeline to one object of the heap, by mouse and by keyboard, on the sample case. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { graveFaults } from './axe.ts';
import { caseShown, open, settled, shoot } from './browser.ts';
import { setDesk } from './desk.ts';

const bundle = join(import.meta.dirname, '../../resources/sample/bundle');

const desk = setDesk(() => bundle);

const moment = (page: Page) => page.getByRole('region', { name: 'Moment of the heap' });
const classes = (page: Page) => page.getByRole('region', { name: 'Span classes' });
const object = (page: Page) => page.getByRole('region', { name: 'Object', exact: true });
const pages = (page: Page) => page.getByRole('application');

async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let i = 0; i < 120; i++) {
    await page.keyboard.press('Tab');
    const label = await page.evaluate<string>(
      '(document.activeElement.getAttribute("aria-label") || document.activeElement.textContent || "").trim().replace(/\\s+/g, " ")',
    );
    if (name.test(label)) return;
  }
  throw new Error(`Tab does not reach ${name}`);
}

describe('the heap map', () => {
  it('is reached by mouse from the peak of HeapAlloc, down to an object with type and birth', async () => {
    const { page, watch } = await open(desk);
    await caseShown(page);
    await page.keyboard.press('Digit3');
    await settled(page);
    const lane = page.getByRole('img', { name: /^Go heap\. / });
    const box = await lane.boundingBox();
    if (!box) throw new Error('no heap lane');
    // the highest sample of HeapAlloc: 51 s of 54 into the case
    const axis = 58;
    await page.mouse.click(box.x + axis + (box.width - axis) * 0.94, box.y + 40);
    await page
      .getByRole('region', { name: 'Moment', exact: true })
      .getByRole('button', { name: 'Heap map at this moment' })
      .click();
    await moment(page).getByText('replayed').waitFor();
    await moment(page).getByRole('button', { name: 'Peak' }).click();
    await page.getByText('104 MiB').first().waitFor();
    await moment(page).getByRole('button', { name: 'Compare with the start' }).click();
    // growth first: the class that took three quarters of it
    const first = classes(page).getByRole('row').nth(1);
    await expect.poll(() => first.textContent()).toMatch(/83\s*3072 B.*\+9\.96 MiB/);
    await first.getByRole('button').click();
    await page.getByRole('group', { name: /^Slots of span 0x/ }).waitFor();
    await settled(page);
    await shoot(page, 'heap-mouse');
    await page
      .getByRole('button', { name: /^slot \d+: main\.Thumbnail, born 11:0[01]:\d\d/ })
      .first()
      .click();
    await expect.poll(() => object(page).textContent()).toMatch(/main\.Thumbnail/);
    expect(await object(page).textContent()).toMatch(/born\s*11:0[01]:\d\d\.\d{6}/);
    expect(await object(page).textContent()).toMatch(/net\/http\.\(\*conn\)\.serve/);
    expect(await graveFaults(page)).toEqual([]);
    await shoot(page, 'heap-object');
    await object(page).getByRole('link').first().click();
    await page.getByRole('grid', { name: 'Bytes of the file' }).waitFor();
    watch.expectClean();
    await page.context().close();
  });

  it('is reached and walked by the keyboard alone', async () => {
    const { page, watch } = await open(desk);
    await caseShown(page);
    await page.keyboard.press('Digit3');
    await settled(page);
    await page.keyboard.press('ArrowLeft');
    await page.getByRole('region', { name: 'Moment', exact: true }).waitFor();
    await page.keyboard.press('Enter');
    await moment(page).waitFor();
    await tabTo(page, /^Peak$/);
    await page.keyboard.press('Enter');
    await tabTo(page, /^Compare with the start$/);
    await page.keyboard.press('Enter');
    await expect.poll(() => classes(page).getByRole('row').nth(1).textContent()).toMatch(/83\s*3072 B.*\+9\.96 MiB/);
    await tabTo(page, /^83 3072 B/);
    await page.keyboard.press('Enter');
    await page.getByRole('group', { name: /^Slots of span 0x/ }).waitFor();
    await pages(page).focus();
    const base = async () =>
      await page.getByRole('region', { name: 'Span', exact: true }).getByRole('heading').textContent();
    const before = await base();
    await page.keyboard.press('ArrowRight');
    await expect.poll(base).not.toBe(before);
    await page.keyboard.press('ArrowLeft');
    await expect.poll(base).toBe(before);
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await object(page).waitFor();
    expect(await object(page).textContent()).toMatch(/type\s*(?:main\.Thumbnail|uint8)/);
    await page.keyboard.press('Backspace');
    await expect.poll(() => object(page).count()).toBe(0);
    await page.keyboard.press('Backspace');
    await expect.poll(() => page.getByRole('region', { name: 'Span', exact: true }).count()).toBe(0);
    watch.expectClean();
    await page.context().close();
  });

  it('keeps its place in the address', async () => {
    const { page, watch } = await open(desk);
    await caseShown(page);
    await page.keyboard.press('Digit4');
    await moment(page).waitFor();
    await classes(page).getByRole('row').nth(1).getByRole('button').click();
    await page.getByRole('group', { name: /^Slots of span 0x/ }).waitFor();
    await page.waitForTimeout(400);
    const heading = await page.getByRole('region', { name: 'Span', exact: true }).getByRole('heading').textContent();
    await page.reload();
    await expect
      .poll(() => page.getByRole('region', { name: 'Span', exact: true }).getByRole('heading').textContent())
      .toBe(heading);
    watch.expectClean();
    await page.context().close();
  });

  it.each([
    ['light', 'en-US'],
    ['dark', 'zh-CN'],
    ['light', 'zh-CN'],
  ] as const)('stands in the %s theme in %s', async (colorScheme, locale) => {
    const { page, watch } = await open(desk, { colorScheme, locale });
    await caseShown(page);
    await page.keyboard.press('Digit4');
    await page.getByRole('application').waitFor();
    await page.getByRole('button', { name: /^(?:Compare with|与)/ }).click();
    await settled(page);
    await page.waitForTimeout(500);
    await shoot(page, `heap-${colorScheme}-${locale}`);
    expect(await graveFaults(page)).toEqual([]);
    watch.expectClean();
    await page.context().close();
  });
});
