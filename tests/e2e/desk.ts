import type { Browser } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { launch } from './browser.ts';
import { Scratch } from './bundles.ts';
import { Shell } from './shell.ts';

/** What all tests of one file work with. The browser and the shell are there from `beforeAll` on. */
export interface Desk {
  readonly scratch: Scratch;
  readonly browser: Browser;
  readonly shell: Shell;
}

/** Starts a browser and a shell before the tests of the file that calls it, and stops them after. Without a bundle the shell has no case. */
export function setDesk(bundle: (scratch: Scratch) => string | undefined | Promise<string>): Desk {
  const scratch = new Scratch();
  const desk: { scratch: Scratch; browser?: Browser; shell?: Shell } = { scratch };
  beforeAll(async () => {
    desk.browser = await launch();
    desk.shell = await Shell.start(await bundle(scratch));
  });
  afterAll(async () => {
    await desk.browser?.close();
    await desk.shell?.stop();
    scratch.clear();
  });
  return desk as Desk;
}
