/** Operations that a trace recorded, level by level, on the sample case. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { graveFaults } from './axe.ts';
import { caseShown, open, settled, shoot } from './browser.ts';
import { setDesk } from './desk.ts';

const bundle = join(import.meta.dirname, '../../resources/sample/bundle');

const desk = setDesk(() => bundle);

describe('a recorded lesson', () => {
  it('steps from any moment of the trace, and leads to the heap map and back', async () => {
    const { page, watch } = await open(desk);
    await caseShown(page);
    await page.keyboard.press('Digit6');
    await page.getByLabel('Workload').selectOption('recorded');
    const title = page.getByRole('region', { name: 'Step of the lesson' }).getByRole('heading');
    await expect.poll(() => title.textContent()).toMatch(/P \d+, goroutine \d+ allocates \d+ B/);
    await page.getByText(/^1 \/ \d{2,}/).waitFor();
    await page.getByRole('region', { name: /mcache of P \d+/ }).waitFor();
    const first = await title.textContent();
    // the arrow keys step wherever no field has the focus
    await title.click();
    await page.keyboard.press('ArrowRight');
    await page.getByText(/^2 \/ /).waitFor();
    await expect.poll(() => title.textContent()).not.toBe(first);
    await page.getByRole('slider', { name: 'Step of the lesson' }).fill('300');
    await page.getByText(/^300 \/ /).waitFor();
    await settled(page);
    await shoot(page, 'lesson-recorded');
    expect(await graveFaults(page)).toEqual([]);
    await page.getByRole('slider', { name: 'Recorded from' }).press('Home');
    await page.getByText(/^1 \/ /).waitFor();
    await page.getByRole('button', { name: 'This moment on the heap map' }).click();
    await page.getByRole('region', { name: 'Moment of the heap' }).waitFor();
    await page.getByRole('button', { name: 'Step through from here' }).click();
    await expect.poll(() => title.textContent()).toMatch(/allocates \d+ B/);
    watch.expectClean();
    await page.context().close();
  });

  it('stands in the dark theme in Chinese', async () => {
    const { page, watch } = await open(desk, { colorScheme: 'dark', locale: 'zh-CN' });
    await caseShown(page);
    await page.keyboard.press('Digit6');
    await page.getByLabel('工作负载').selectOption('recorded');
    await page.getByText(/^1 \/ \d{2,}/).waitFor();
    await page.keyboard.press('Escape');
    await settled(page);
    await shoot(page, 'lesson-recorded-dark-zh-CN');
    expect(await graveFaults(page)).toEqual([]);
    watch.expectClean();
    await page.context().close();
  });
});
