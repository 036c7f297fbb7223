/** What a command is, and which one a key press means. The palette, tooltips, menus and the help are all made from the one list. */
import type { TextKey } from '../i18n/catalogue.ts';

/** Keys are physical places (`KeyboardEvent.code`): W stands where W stands on a US keyboard, whatever is printed on it. */
export interface Key {
  readonly code: string;
  readonly ctrl?: boolean;
  readonly shift?: boolean;
  readonly alt?: boolean;
}

export type CommandGroup = 'window' | 'case' | 'go' | 'timeline';

export interface Command {
  readonly id: string;
  readonly title: TextKey;
  readonly group: CommandGroup;
  readonly keys: readonly Key[];
  /** Whether it means something now. */
  readonly when?: () => boolean;
  readonly run: () => void;
}

export interface Press {
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
  readonly isComposing: boolean;
}

export interface Circumstances {
  /** The focus is in a text field. */
  readonly isTyping: boolean;
  /** The focus is on something that Enter or Space works. */
  readonly isOnControl: boolean;
  readonly letters: boolean;
}

export function commandFor(press: Press, commands: readonly Command[], now: Circumstances): Command | undefined {
  if (press.isComposing || now.isTyping || press.code === '') return undefined;
  return commands.find(
    (command) =>
      command.keys.some((key) => matches(key, press) && isAllowed(key, now)) &&
      (command.when === undefined || command.when()),
  );
}

/** Command and Ctrl are one: the Mac's Cmd stands for the other's Ctrl. */
function matches(key: Key, press: Press): boolean {
  return (
    key.code === press.code &&
    (key.ctrl ?? false) === (press.ctrlKey || press.metaKey) &&
    (key.shift ?? false) === press.shiftKey &&
    (key.alt ?? false) === press.altKey
  );
}

function isAllowed(key: Key, now: Circumstances): boolean {
  if (key.code === 'Enter') return !now.isOnControl;
  return now.letters || !isLetter(key);
}

/** A single character without a modifier that stands for none (WCAG 2.1.4). */
export function isLetter(key: Key): boolean {
  return !key.ctrl && !key.alt && /^(?:Key|Digit|Slash|Period|Comma|Bracket)/.test(key.code);
}

const names: Readonly<Record<string, string>> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  BracketLeft: '[',
  BracketRight: ']',
  Comma: ',',
  Period: '.',
  Slash: '/',
  Numpad0: 'Num 0',
  Escape: 'Esc',
};

/** @param printed what is printed on a key of this keyboard, where the browser tells */
export function keyText(key: Key, printed: (code: string) => string | undefined = () => undefined): string {
  if (key.code === 'Slash' && key.shift && !key.ctrl) return '?';
  const own = printed(key.code)?.toUpperCase();
  const name = own ?? names[key.code] ?? key.code.replace(/^(?:Key|Digit)/, '');
  return [key.ctrl && 'Ctrl', key.alt && 'Alt', key.shift && 'Shift', name].filter(Boolean).join(' ');
}
