/** What the timeline shows of an execution trace: its lanes, and the range with goroutines, stops, types and span classes. */
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { caseShown, launch, type Opened, open, settled, shoot } from './browser.ts';
import { Shell } from './shell.ts';

const fixtures = join(import.meta.dirname, '../fixtures/go-trace');
const allocFree = join(fixtures, 'go1.26-allocfree.trace');
const plain = join(fixtures, 'go1.23-gc.trace');

let browser: Browser;
let shell: Shell | undefined;
let opened: Opened | undefined;

beforeAll(async () => {
  browser = await launch();
});
afterEach(async () => {
  opened?.watch.expectClean();
  await opened?.page.context().close();
  await shell?.stop();
});
afterAll(async () => {
  await browser.close();
});

async function timeline(bundle: string, options: Parameters<typeof open>[1] = {}): Promise<Page> {
  shell = await Shell.start(bundle);
  opened = await open({ browser, shell }, options);
  const { page } = opened;
  await caseShown(page);
  await page.keyboard.press('Digit3');
  await settled(page);
  return page;
}

const lanes = async (page: Page) =>
  (await page
    .locator('canvas[role="img"], .lanes [role="img"]')
    .evaluateAll((nodes: { getAttribute(name: string): string | null }[]) =>
      nodes.map((n) => n.getAttribute('aria-label') ?? ''),
    )) as string[];

describe('the timeline of a trace', () => {
  it('has lanes for heap, rates, goroutines, processors, collections and pauses, and a table of the range for each', async () => {
    const page = await timeline(allocFree);
    const names = await lanes(page);
    for (const lane of [
      'Go heap in the trace',
      'Allocation per second in the trace',
      'Goroutines by state in the trace',
      'Processor use in the trace',
      'GC',
      'Pauses',
    ])
      expect(names.filter((n) => n.startsWith(`${lane}.`))).toHaveLength(1);
    await page.getByRole('button', { name: 'Choose what is shown as the range' }).click();
    const range = page.getByRole('region', { name: 'Chosen range' });
    const section = (name: string) => range.getByRole('region', { name, exact: true });
    await section('Goroutines in the range')
      .getByRole('rowheader', { name: /main\.main/ })
      .first()
      .waitFor();
    await section('Stops of the world in the range').getByRole('rowheader', { name: 'start trace' }).waitFor();
    expect(await section('Allocated in the range, by type').getByRole('row').count()).toBeGreaterThan(3);
    expect(await section('Span classes that grew').getByRole('row').count()).toBeGreaterThan(1);
    await shoot(page, 'trace-range-dark-en');
  });

  it('says what is missing where the trace has no alloc and free events', async () => {
    const page = await timeline(plain, { colorScheme: 'light' });
    expect((await lanes(page)).filter((n) => n.startsWith('Processor use in the trace.'))).toHaveLength(1);
    await page.getByRole('button', { name: 'Choose what is shown as the range' }).click();
    const range = page.getByRole('region', { name: 'Chosen range' });
    await range.getByText(/needs a trace recorded with GODEBUG=traceallocfree=1/).waitFor();
    await range.getByText(/no event for marking roots/).waitFor();
    await shoot(page, 'trace-range-light-en');
  });

  it('speaks Chinese', async () => {
    const page = await timeline(allocFree, { locale: 'zh-CN', colorScheme: 'light' });
    await page.locator('aside button').first().click();
    await page.getByRole('region', { name: '增长的 span class' }).getByRole('rowheader').first().waitFor();
    await shoot(page, 'trace-range-light-zh');
  });
});
