import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Shell } from './shell.ts';

const shots = join(import.meta.dirname, '.shots');
const violationMark = 'policy-violation';

export async function launch(): Promise<Browser> {
  return await chromium.launch({
    executablePath: process.env.SPANSCOPE_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      // whatever tries to leave this machine finds nobody
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    ],
  });
}

/** What must be zero, whatever a test does. */
export class Watch {
  readonly errors: string[] = [];
  readonly violations: string[] = [];
  readonly foreign: string[] = [];

  constructor(page: Page, origin: string) {
    page.on('console', (message) => {
      if (message.text().startsWith(violationMark)) this.violations.push(message.text());
      else if (message.type() === 'error' || message.type() === 'warning') this.errors.push(message.text());
    });
    page.on('pageerror', (error) => this.errors.push(error.message));
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.protocol !== 'blob:' && url.protocol !== 'data:' && url.origin !== origin)
        this.foreign.push(request.url());
    });
  }

  expectClean(): void {
    expect({ errors: this.errors, violations: this.violations, foreign: this.foreign }).toEqual({
      errors: [],
      violations: [],
      foreign: [],
    });
  }
}

export interface Opened {
  readonly page: Page;
  readonly watch: Watch;
}

/** A page of its own on a shell, in a language and a theme. */
export async function open(
  { browser, shell }: { readonly browser: Browser; readonly shell: Shell },
  options: BrowserContextOptions = {},
): Promise<Opened> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    colorScheme: 'dark',
    locale: 'en-US',
    timezoneId: 'America/New_York',
    reducedMotion: 'reduce',
    ...options,
  });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  await page.addInitScript(
    `document.addEventListener('securitypolicyviolation', (e) => console.log('${violationMark} ' + e.violatedDirective + ' ' + e.sourceFile + ':' + e.lineNumber + ' ' + e.sample));`,
  );
  const watch = new Watch(page, shell.origin);
  await page.goto(shell.url);
  await page.locator('main').waitFor();
  return { page, watch };
}

/** Waits until the case is shown. */
export async function caseShown(page: Page): Promise<void> {
  await page.locator('main section[aria-label]').first().waitFor();
  await settled(page);
}

/** Waits until nothing has been asked of the service for a moment and fonts are there. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate('document.fonts.ready.then(() => undefined)');
  await page.waitForTimeout(350);
}

export async function shoot(page: Page, name: string): Promise<void> {
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: join(shots, `${name}.png`) });
}

/** What a person sees: text as laid out. */
export async function visibleText(page: Page): Promise<string> {
  return await page.evaluate<string>('document.body.innerText');
}
