import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { caseShown, open, settled, shoot } from './browser.ts';
import { gctrace } from './bundles.ts';
import { setDesk } from './desk.ts';

const desk = setDesk(() => undefined);

/** Drops files of these names and contents on the window. */
function dropping(files: Readonly<Record<string, string>>, type: string): string {
  return `(() => {
    const data = new DataTransfer();
    for (const [name, content] of Object.entries(${JSON.stringify(files)})) data.items.add(new File([content], name));
    document.body.dispatchEvent(new DragEvent('${type}', { dataTransfer: data, bubbles: true, cancelable: true }));
  })()`;
}

describe('opening', () => {
  it('takes a folder out of the picker, names the case for it and remembers it', async () => {
    const { page, watch } = await open(desk);
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Open a folder' }).click();
    await (await chooser).setFiles(desk.scratch.session());
    await caseShown(page);
    await page.getByRole('heading', { name: 'session-gw', exact: true }).waitFor();
    await page.keyboard.press('Control+KeyK');
    await page.getByRole('combobox').fill('close the case');
    await page.keyboard.press('Enter');
    await page
      .getByRole('list', { name: 'Recent cases' })
      .getByRole('button', { name: /^session-gw/ })
      .waitFor();
    await page
      .getByRole('list', { name: 'Recent cases' })
      .getByRole('button', { name: /^session-gw/ })
      .click();
    await caseShown(page);
    watch.expectClean();
    await page.context().close();
  });

  it('shows the sample case and saves its report as a PDF', async () => {
    const { page, watch } = await open(desk);
    await page.getByRole('button', { name: 'Open the sample case' }).click();
    await caseShown(page);
    await shoot(page, 'sample-home');
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save PDF' }).click();
    const file = await download;
    expect(file.suggestedFilename()).toMatch(/^[\w.-]+\.pdf$/);
    expect(
      readFileSync(await file.path())
        .subarray(0, 5)
        .toString(),
    ).toBe('%PDF-');
    await page.keyboard.press('Digit3');
    await settled(page);
    await shoot(page, 'sample-timeline');
    watch.expectClean();
    await page.context().close();
  });

  it('says what a drop will do, and does it', async () => {
    const { page, watch } = await open(desk);
    await page.getByRole('button', { name: 'Open files or an archive' }).waitFor();
    const files = { 'one.log': gctrace(9), 'two.log': 'nothing of note\n' };
    await page.evaluate(dropping(files, 'dragenter'));
    await page.getByText('Opens as a new case').waitFor();
    await shoot(page, 'drop-dark-en-US');
    await page.evaluate(dropping(files, 'drop'));
    await caseShown(page);
    await page.getByText('Opens as a new case').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: '2 files read' }).waitFor();
    watch.expectClean();
    await page.context().close();
  });

  it('shows how far it is in bytes and stops when told to', async () => {
    const { page, watch } = await open(desk);
    const large = desk.scratch.file('large.log', gctrace(1_200_000));
    const chooser = page.waitForEvent('filechooser');
    await page.keyboard.press('Control+KeyO');
    await (await chooser).setFiles(large);
    const job = page.getByRole('region', { name: 'Opening' });
    await job.getByText(/[\d.]+ [KM]B of [\d.]+ MB/).waitFor();
    await job.getByRole('button', { name: 'Cancel' }).click();
    await job.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Open files or an archive' }).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    watch.expectClean();
    await page.context().close();
  });

  it('refuses an archive that tries to leave itself, and opens the rest when asked', async () => {
    const { page, watch } = await open(desk, { locale: 'zh-CN' });
    const chooser = page.waitForEvent('filechooser');
    await page.keyboard.press('Control+KeyO');
    await (await chooser).setFiles(await desk.scratch.escaping());
    const alert = page.getByRole('alert');
    await alert.getByRole('heading', { name: '出于安全已拒绝' }).waitFor();
    await alert.getByText(/会逃出归档/).waitFor();
    await settled(page);
    await shoot(page, 'refused-dark-zh-CN');
    await alert.getByRole('button', { name: '打开其余成员' }).click();
    await caseShown(page);
    await page.getByRole('button', { name: '已读取 1 个文件' }).waitFor();
    await shoot(page, 'partial-dark-zh-CN');
    watch.expectClean();
    await page.context().close();
  });

  it('greys a case that is gone and takes it off the list', async () => {
    rmSync(join(desk.shell.home, 'cases'), { recursive: true, force: true });
    const { page, watch } = await open(desk);
    const list = page.getByRole('list', { name: 'Recent cases' });
    const rows = list.getByRole('listitem');
    await rows.first().waitFor();
    const before = await rows.count();
    expect(await rows.first().getByText('no longer there').count()).toBe(1);
    expect(await rows.first().getByRole('button').first().isDisabled()).toBe(true);
    await rows
      .first()
      .getByRole('button', { name: /^Remove/ })
      .click();
    await expect.poll(() => rows.count()).toBe(before - 1);
    watch.expectClean();
    await page.context().close();
  });
});
