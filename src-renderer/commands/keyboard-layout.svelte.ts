/** What is printed on the keys of this keyboard: Chromium tells, others do not. */
interface LayoutMap {
  get(code: string): string | undefined;
}

class KeyboardLayout {
  private map: LayoutMap | undefined = $state.raw(undefined);

  constructor() {
    const { keyboard } = navigator as Navigator & { keyboard?: { getLayoutMap?(): Promise<LayoutMap> } };
    keyboard?.getLayoutMap?.().then(
      (map) => {
        this.map = map;
      },
      () => undefined,
    );
  }

  readonly printed = (code: string): string | undefined => (/^Key/.test(code) ? this.map?.get(code) : undefined);
}

export const keyboardLayout = new KeyboardLayout();
