import { IntlMessageFormat } from 'intl-messageformat';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import contractEn from '../../src-main/api/contract/messages/en.json' with { type: 'json' };
import contractZh from '../../src-main/api/contract/messages/zh-CN.json' with { type: 'json' };
import en from '../../src-renderer/i18n/en.json' with { type: 'json' };
import zhCN from '../../src-renderer/i18n/zh-CN.json' with { type: 'json' };
import { graveFaults } from './axe.ts';
import { caseShown, open, settled, shoot, visibleText } from './browser.ts';
import { setDesk } from './desk.ts';
import { Shell } from './shell.ts';

const desk = setDesk((scratch) => scratch.session());
let empty: Shell;

beforeAll(async () => {
  empty = await Shell.start();
});

afterAll(async () => {
  await empty.stop();
});

const themes = ['light', 'dark'] as const;
const languages = ['en-US', 'zh-CN'] as const;
const screens = [
  ['home', 'Digit1'],
  ['evidence', 'Digit2'],
  ['timeline', 'Digit3'],
  ['heap', 'Digit4'],
  ['whatif', 'Digit5'],
  ['lesson', 'Digit6'],
] as const;

describe.each(themes)('the %s theme', (colorScheme) => {
  describe.each(languages)('in %s', (locale) => {
    it.each(screens)('shows %s without a fault', async (screen, key) => {
      const { page, watch } = await open(desk, { colorScheme, locale });
      await caseShown(page);
      await page.keyboard.press(key);
      await settled(page);
      await shoot(page, `${screen}-${colorScheme}-${locale}`);
      watch.expectClean();
      expect(await graveFaults(page)).toEqual([]);
      if (locale === 'zh-CN') expect(englishIn(await visibleText(page))).toEqual([]);
      await page.context().close();
    });

    it('shows the start page and how to collect evidence', async () => {
      const { page, watch } = await open({ browser: desk.browser, shell: empty }, { colorScheme, locale });
      await page.locator('main h2').first().waitFor();
      await settled(page);
      await shoot(page, `start-${colorScheme}-${locale}`);
      expect(await graveFaults(page)).toEqual([]);
      await page.getByRole('button', { name: locale === 'en-US' ? 'How to collect evidence' : '如何采集证据' }).click();
      await settled(page);
      await shoot(page, `collect-${colorScheme}-${locale}`);
      watch.expectClean();
      expect(await graveFaults(page)).toEqual([]);
      if (locale === 'zh-CN') expect(englishIn(await visibleText(page))).toEqual([]);
      await page.context().close();
    });

    it('shows a raw file, the keys and the palette', async () => {
      const { page, watch } = await open(desk, { colorScheme, locale });
      await caseShown(page);
      await page.keyboard.press('Digit2');
      await page.getByRole('row', { name: /stderr\.txt/ }).dblclick();
      await page.getByRole('gridcell', { name: /gc 1 @/ }).waitFor();
      await settled(page);
      await shoot(page, `raw-${colorScheme}-${locale}`);
      expect(await graveFaults(page)).toEqual([]);
      await page.keyboard.press('F1');
      await page.getByRole('dialog').waitFor();
      await shoot(page, `keys-${colorScheme}-${locale}`);
      expect(await graveFaults(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await page.keyboard.press('Control+KeyK');
      await page.getByRole('combobox').waitFor();
      await shoot(page, `palette-${colorScheme}-${locale}`);
      watch.expectClean();
      expect(await graveFaults(page)).toEqual([]);
      await page.context().close();
    });
  });
});

describe('the window', () => {
  it('holds together at 1024 x 700', async () => {
    for (const locale of languages) {
      const { page, watch } = await open(desk, {
        viewport: { width: 1024, height: 700 },
        locale,
        colorScheme: 'light',
      });
      await caseShown(page);
      for (const [screen, key] of screens) {
        await page.keyboard.press(key);
        await settled(page);
        await shoot(page, `small-${screen}-${locale}`);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(1024);
      }
      watch.expectClean();
      await page.context().close();
    }
  });

  it('switches theme and language without a restart', async () => {
    const { page, watch } = await open(desk, { colorScheme: 'light' });
    await caseShown(page);
    const theme = (name: string) => page.locator(`html[data-theme="${name}"]`).waitFor({ state: 'attached' });
    await theme('light');
    await page.emulateMedia({ colorScheme: 'dark' });
    await theme('dark');
    await page.getByRole('button', { name: 'Theme: as the system' }).click();
    await theme('light');
    await page.getByRole('button', { name: 'Switch to Chinese (中文)' }).click();
    await page.getByText('诊断结果').waitFor();
    await page.getByRole('heading', { name: /^故障/ }).waitFor();
    expect(await page.evaluate('document.documentElement.lang')).toBe('zh-CN');
    watch.expectClean();
    await page.context().close();
  });

  it('keeps no key in the address bar and asks for one where it has none', async () => {
    const { page, watch } = await open(desk);
    await caseShown(page);
    expect(page.url()).not.toContain('token');
    watch.expectClean();
    const stranger = await desk.browser.newContext({ locale: 'en-US' });
    const without = await stranger.newPage();
    await without.goto(desk.shell.origin);
    await without.getByText(/no key to the service/).waitFor();
    await stranger.close();
    await page.context().close();
  });
});

/** Literal stretches of English messages that are not those of the Chinese ones too. */
function englishIn(text: string): readonly string[] {
  const chinese = new Set([...Object.values(zhCN), ...Object.values(contractZh)].flatMap(literals));
  const phrases = [...Object.values(en), ...Object.values(contractEn)]
    .flatMap(literals)
    .filter((p) => /[a-z]{2,} [a-z]{2,}/i.test(p) && !chinese.has(p));
  return [...new Set(phrases)].filter((p) => text.includes(p));
}

function literals(message: string): string[] {
  const out: string[] = [];
  const walk = (nodes: readonly unknown[]) => {
    for (const node of nodes as { type: number; value?: string; options?: Record<string, { value: unknown[] }> }[]) {
      if (node.type === 0 && node.value) out.push(node.value.trim());
      for (const option of Object.values(node.options ?? {})) walk(option.value);
    }
  };
  walk(new IntlMessageFormat(message, 'en', undefined, { ignoreTag: true }).getAst());
  return out;
}
