// A case of 10 MB in the window: from the address to the first paint, and to the verdict on the screen.
// Run: npm run -s bench -- first-paint      Goal: first paint within a second.
//
// Beside it, in the same browser: a page of one heading.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { Service } from '../../src-main/api/service.ts';
import { launch } from '../e2e/browser.ts';
import build from '../e2e/build.ts';
import { Shell } from '../e2e/shell.ts';
import { writeGctraceLog } from './bench-log.ts';

const logBytes = 10e6;
const rounds = 9;
const goalMs = 1_000;

interface Times {
  readonly paint: number;
  readonly shown: number;
}

/** Milliseconds of one visit in a context of its own (nothing cached) to the first paint and until `selector` is there. */
async function visit(browser: Browser, url: string, selector: string): Promise<Times> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  try {
    const page = await context.newPage();
    const started = performance.now();
    await page.goto(url);
    await page.locator(selector).first().waitFor();
    const shown = performance.now() - started;
    const paint = await page.waitForFunction(
      "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? false",
    );
    return { paint: await paint.evaluate((v) => Number(v)), shown };
  } finally {
    await context.close();
  }
}

async function median(browser: Browser, url: string, selector: string): Promise<Times> {
  const all: Times[] = [];
  for (let i = 0; i < rounds; i++) all.push(await visit(browser, url, selector));
  const middle = (of: (t: Times) => number) => all.map(of).sort((a, b) => a - b)[(rounds - 1) / 2] as number;
  return { paint: middle((t) => t.paint), shown: middle((t) => t.shown) };
}

build();
const folder = mkdtempSync(join(tmpdir(), 'spanscope-bench-'));
const service = new Service();
let shell: Shell | undefined;
let browser: Browser | undefined;
try {
  const bundle = join(folder, 'bundle');
  mkdirSync(bundle);
  writeGctraceLog(join(bundle, 'stderr.log'), logBytes, 10);
  const place = join(folder, 'case');
  (await service.open({ inputs: [bundle], caseFolder: place })).close();
  await service.close();
  shell = await Shell.start(place);
  browser = await launch();
  const bare = await median(browser, 'data:text/html,<h1>bare</h1>', 'h1');
  const ours = await median(browser, shell.url, 'main section[aria-label]');
  const say = (text: string) => process.stdout.write(`${text}\n`);
  say(
    `first paint        ${ours.paint.toFixed(0)} ms  goal ${goalMs}: ${ours.paint < goalMs ? 'met' : 'MISSED'}  a bare page ${bare.paint.toFixed(0)} ms`,
  );
  say(
    `verdict shown      ${ours.shown.toFixed(0)} ms  a bare page ${bare.shown.toFixed(0)} ms  (${(ours.shown / bare.shown).toFixed(1)} times)`,
  );
} finally {
  await browser?.close();
  await shell?.stop();
  rmSync(folder, { recursive: true, force: true });
}
