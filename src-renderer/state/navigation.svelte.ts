import { decodeView, emptyView, encodeView, type View } from './view.ts';

/** The view and its place in the address. `push` makes a step that Alt+Left takes back; `replace` is for what moves while somebody drags or types. */
class Navigation {
  view: View = $state.raw(emptyView);
  private waiting: ReturnType<typeof setTimeout> | undefined;

  /** Reads the address and follows the browser's history from now on. */
  start(): void {
    this.view = decodeView(window.location.hash);
    window.addEventListener('popstate', () => {
      clearTimeout(this.waiting);
      this.waiting = undefined;
      this.view = decodeView(window.location.hash);
    });
  }

  push(change: Partial<View>): void {
    this.flush();
    const next = { ...this.view, ...change };
    const hash = encodeView(next);
    if (hash !== encodeView(this.view)) window.history.pushState(null, '', `#${hash}`);
    this.view = next;
  }

  /** The address follows at rest: browsers refuse more than a hundred or so writes in half a minute. */
  replace(change: Partial<View>): void {
    this.view = { ...this.view, ...change };
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.flush(), 250);
  }

  private flush(): void {
    if (this.waiting === undefined) return;
    clearTimeout(this.waiting);
    this.waiting = undefined;
    window.history.replaceState(null, '', `#${encodeView(this.view)}`);
  }
}

export const navigation = new Navigation();
