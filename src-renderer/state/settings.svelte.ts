import type { Language } from '../../src-main/api/contract/messages.ts';

export type Theme = 'system' | 'light' | 'dark';
const key = 'spanscope.settings';

/** What a person set on this machine. Kept in the browser's storage; losing it loses nothing. */
class Settings {
  theme: Theme = $state('system');
  language: Language = $state('en');
  /** Single letters as commands (WCAG 2.1.4: they can be switched off). */
  letters: boolean = $state(true);
  /** Grows when colours have changed: canvases read them again. */
  paint: number = $state(0);
  private readonly dark = window.matchMedia('(prefers-color-scheme: dark)');

  constructor() {
    const saved = read();
    if (saved.theme === 'light' || saved.theme === 'dark') this.theme = saved.theme;
    if (saved.language === 'en' || saved.language === 'zh-CN') this.language = saved.language;
    else if (navigator.language.toLowerCase().startsWith('zh')) this.language = 'zh-CN';
    if (saved.letters === false) this.letters = false;
    this.dark.addEventListener('change', () => this.apply());
    window.matchMedia('(forced-colors: active)').addEventListener('change', () => this.apply());
  }

  set(change: { theme?: Theme; language?: Language; letters?: boolean }): void {
    Object.assign(this, change);
    this.apply();
    try {
      localStorage.setItem(key, JSON.stringify({ theme: this.theme, language: this.language, letters: this.letters }));
    } catch {
      // a browser without storage forgets the choice and works all the same
    }
  }

  /** Puts theme and language on the page. */
  apply(): void {
    const isDark = this.theme === 'dark' || (this.theme === 'system' && this.dark.matches);
    document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
    document.documentElement.lang = this.language;
    this.paint++;
  }
}

function read(): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? '{}');
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

export const settings = new Settings();
