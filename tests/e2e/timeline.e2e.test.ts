import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { caseShown, type Opened, open, settled, shoot } from './browser.ts';
import { setDesk } from './desk.ts';

let opened: Opened;

const desk = setDesk((scratch) => scratch.session());

beforeEach(async () => {
  opened = await open(desk);
  await caseShown(opened.page);
  await opened.page.keyboard.press('Digit3');
  await settled(opened.page);
  return async () => {
    opened.watch.expectClean();
    await opened.page.context().close();
  };
});

/** A point over the charts: shares of their width, pixels below the top of the lane. */
async function point(page: Page, lane: RegExp, share: number, below = 30): Promise<{ x: number; y: number }> {
  const picture = page.getByRole('img', { name: lane });
  const box = await picture.boundingBox();
  if (!box) throw new Error(`no chart ${lane}`);
  const axis = 58;
  return { x: box.x + axis + (box.width - axis) * share, y: box.y + below };
}

async function drag(page: Page, from: number, to: number): Promise<void> {
  const a = await point(page, /^Memory/, from);
  const b = await point(page, /^Memory/, to);
  await page.mouse.move(a.x, a.y);
  await page.mouse.down();
  await page.mouse.move((a.x + b.x) / 2, a.y, { steps: 4 });
  await page.mouse.move(b.x, b.y, { steps: 4 });
  await page.mouse.up();
}

const range = (page: Page) => page.getByRole('region', { name: 'Chosen range' });
const moment = (page: Page) => page.getByRole('region', { name: 'Moment' });

describe('the timeline', () => {
  it('says every chart in a sentence', async () => {
    const names = await opened.page
      .getByRole('img')
      .evaluateAll((nodes: { getAttribute(name: string): string | null }[]) =>
        nodes.map((n) => n.getAttribute('aria-label')),
      );
    expect(names).toContainEqual(
      expect.stringMatching(/^Memory\. From 05:48:0\d to 05:49:\d\d\. RSS: [\d.]+ MiB at first, 249 MiB at last/),
    );
    expect(names).toContainEqual(expect.stringMatching(/^GC\. 10 cycles, longest pause 274 µs/));
  });

  it('compares the two ends of a dragged range, on every screen', async () => {
    const { page } = opened;
    await drag(page, 0.3, 0.6);
    const row = range(page).getByRole('row', { name: /^RSS/ });
    await row.waitFor();
    const cells = await row.getByRole('cell').allTextContents();
    expect(cells).toHaveLength(4);
    expect(cells[0]).toMatch(/MiB$/);
    expect(cells[2]).toMatch(/^\+[\d.]+ MiB$/);
    await shoot(page, 'timeline-range');
    await page.keyboard.press('Digit2');
    const chip = page.getByRole('button', { name: /^Chosen range .* Click clears/ });
    await chip.waitFor();
    await page.getByText(/outside the chosen range/).waitFor();
    await page.keyboard.press('Alt+ArrowLeft');
    await range(page).waitFor();
    await chip.click();
    await range(page).waitFor({ state: 'detached' });
  });

  it('zooms to the range, goes back and comes back after a reload', async () => {
    const { page } = opened;
    await drag(page, 0.3, 0.6);
    await range(page).waitFor();
    await page.keyboard.press('KeyZ');
    await settled(page);
    const fields = page.getByRole('group', { name: 'Shown range' }).getByRole('textbox');
    const zoomed = await fields.evaluateAll((n: { value: string }[]) => n.map((x) => x.value));
    await page.reload();
    await caseShown(page);
    await range(page).waitFor();
    expect(await fields.evaluateAll((n: { value: string }[]) => n.map((x) => x.value))).toEqual(zoomed);
    await page.keyboard.press('Alt+ArrowLeft');
    await settled(page);
    expect(page.url()).not.toContain('zoom=');
    expect(page.url()).toContain('range=');
    await page.keyboard.press('Escape');
    await range(page).waitFor({ state: 'detached' });
  });

  it('shows a collection that was clicked, with the line it came from', async () => {
    const { page } = opened;
    await page.keyboard.press('Period');
    const panel = page.getByRole('region', { name: 'GC cycle' });
    await panel.getByText('gc 1', { exact: true }).waitFor();
    await panel.getByText(/^gc 1 @[\d.]+s \d+%:/).waitFor();
    await page.keyboard.press('Period');
    await panel.getByText('gc 2', { exact: true }).waitFor();
    await page.keyboard.press('Comma');
    await panel.getByText('gc 1', { exact: true }).waitFor();
    await shoot(page, 'timeline-cycle');
    await panel.getByRole('link', { name: /stderr\.txt:\d+/ }).click();
    await page
      .locator('[role="row"][aria-selected="true"]')
      .getByText(/^gc 1 @/)
      .waitFor();
  });

  it('takes a click on a bar or a dot for the collection', async () => {
    const { page } = opened;
    const panel = page.getByRole('region', { name: 'GC cycle' });
    await page.keyboard.press('Period');
    await panel.waitFor();
    const cursor = await page.locator('.lanes .cursor').boundingBox();
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
    for (const lane of [/^GC\./, /^Pauses\./]) {
      const { y } = await point(page, lane, 0, 24);
      await page.mouse.click((cursor?.x ?? 0) + 2, y);
      await panel.getByText('gc 1', { exact: true }).waitFor();
      await page.keyboard.press('Escape');
      await panel.waitFor({ state: 'detached' });
    }
  });

  it('tells the same values in the legend, the panel and the table', async () => {
    const { page } = opened;
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Shift+ArrowRight');
    await moment(page).waitFor();
    await settled(page);
    const said = /RSS ([\d.]+ MiB)/.exec((await page.getByRole('status').last().textContent()) ?? '')?.[1];
    expect(said).toBeTruthy();
    expect(await moment(page).getByRole('row', { name: /^RSS/ }).textContent()).toContain(said);
    expect(await page.getByRole('button', { name: /^RSS/ }).textContent()).toContain(said);
    await page.keyboard.press('KeyT');
    const table = page.getByRole('grid', { name: 'Table of Memory' });
    await table.waitFor();
    await expect.poll(() => table.locator('[aria-selected="true"]').textContent()).toContain(said);
    await shoot(page, 'timeline-table');
    await page.keyboard.press('KeyT');
    await table.waitFor({ state: 'detached' });
  });

  it('shows every value under the pointer with its age', async () => {
    const { page } = opened;
    const at = await point(page, /^Memory/, 0.5);
    await page.mouse.move(at.x, at.y);
    await page.locator('.tip').getByText('HeapAlloc').waitFor();
    expect(await page.locator('.tip').textContent()).toMatch(/RSS.*MiB.*before/);
    await shoot(page, 'timeline-hover');
  });

  it('zooms with Ctrl and the wheel, pans with Shift and a drag, and takes typed times', async () => {
    const { page } = opened;
    const at = await point(page, /^Memory/, 0.5);
    await page.mouse.move(at.x, at.y);
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, -360);
    await page.keyboard.up('Control');
    await expect.poll(() => page.url()).toContain('zoom=');
    const before = page.url();
    await page.keyboard.down('Shift');
    await page.mouse.down();
    await page.mouse.move(at.x - 120, at.y, { steps: 4 });
    await page.mouse.up();
    await page.keyboard.up('Shift');
    await expect.poll(() => page.url()).not.toBe(before);
    expect(page.url()).not.toContain('range=');
    const shown = page.getByRole('group', { name: 'Shown range' });
    await shown.getByLabel('from').fill('05:48:20');
    await shown.getByLabel('from').press('Enter');
    await shown.getByLabel('to').fill('05:48:40');
    await shown.getByLabel('to').press('Enter');
    await settled(page);
    const zoom = /zoom=([\d.]+)~([\d.]+)/.exec(decodeURIComponent(page.url()));
    expect(Number(zoom?.[2]) - Number(zoom?.[1])).toBeCloseTo(20, 3);
    await shown.getByLabel('to').fill('late');
    await shown.getByLabel('to').press('Enter');
    expect(await shown.getByLabel('to').getAttribute('aria-invalid')).toBe('true');
    await shown.getByLabel('to').blur();
    await page.keyboard.press('Digit0');
    await expect.poll(() => page.url()).not.toContain('zoom=');
  });

  it('lays collections over all charts and hides a series', async () => {
    const { page } = opened;
    await page.keyboard.press('KeyO');
    await page.keyboard.press('KeyO');
    await expect.poll(() => page.url()).toContain('gc=mark');
    const heap = page.getByRole('button', { name: /^HeapIdle/ });
    expect(await heap.getAttribute('aria-pressed')).toBe('true');
    await heap.click();
    expect(await heap.getAttribute('aria-pressed')).toBe('false');
    await expect.poll(() => page.url()).toContain('hide=heap_idle_bytes');
    await settled(page);
    await shoot(page, 'timeline-shading');
  });
});
