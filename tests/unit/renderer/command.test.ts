import { describe, expect, it } from 'vitest';
import { type Command, commandFor, keyText, type Press } from '../../../src-renderer/commands/command.ts';

const free = { isTyping: false, isOnControl: false, letters: true };

function press(code: string, change: Partial<Press> = {}): Press {
  return { code, ctrlKey: false, shiftKey: false, altKey: false, metaKey: false, isComposing: false, ...change };
}

function command(id: string, keys: Command['keys'], when?: () => boolean): Command {
  return { id, title: 'app/name', group: 'window', keys, run: () => undefined, ...(when ? { when } : {}) };
}

const commands = [
  command('zoom', [{ code: 'KeyW' }]),
  command('palette', [{ code: 'KeyK', ctrl: true }]),
  command('help', [{ code: 'Slash', shift: true }, { code: 'F1' }]),
  command('enter', [{ code: 'Enter' }]),
  command('never', [{ code: 'KeyX' }], () => false),
];

describe('keys', () => {
  it('goes by the place of a key, not by what is printed on it', () => {
    // on an AZERTY keyboard this key says Z
    expect(commandFor(press('KeyW'), commands, free)?.id).toBe('zoom');
  });

  it('wants exactly the modifiers', () => {
    expect(commandFor(press('KeyW', { shiftKey: true }), commands, free)).toBeUndefined();
    expect(commandFor(press('KeyK', { ctrlKey: true }), commands, free)?.id).toBe('palette');
    expect(commandFor(press('KeyK', { metaKey: true }), commands, free)?.id).toBe('palette');
    expect(commandFor(press('Slash', { shiftKey: true }), commands, free)?.id).toBe('help');
  });

  it('does nothing in a text field or while an input method composes', () => {
    for (const code of ['KeyW', 'F1'])
      expect(commandFor(press(code), commands, { ...free, isTyping: true })).toBeUndefined();
    expect(commandFor(press('KeyW', { isComposing: true }), commands, free)).toBeUndefined();
  });

  it('leaves Enter to the control that has the focus', () => {
    expect(commandFor(press('Enter'), commands, { ...free, isOnControl: true })).toBeUndefined();
    expect(commandFor(press('Enter'), commands, free)?.id).toBe('enter');
  });

  it('can be told to leave single letters alone', () => {
    const quiet = { ...free, letters: false };
    expect(commandFor(press('KeyW'), commands, quiet)).toBeUndefined();
    expect(commandFor(press('KeyK', { ctrlKey: true }), commands, quiet)?.id).toBe('palette');
    expect(commandFor(press('F1'), commands, quiet)?.id).toBe('help');
  });

  it('skips commands that mean nothing now', () => {
    expect(commandFor(press('KeyX'), commands, free)).toBeUndefined();
  });

  it('names keys as they are printed, where the browser tells', () => {
    expect(keyText({ code: 'KeyP', ctrl: true, shift: true })).toBe('Ctrl Shift P');
    expect(keyText({ code: 'KeyW' }, () => 'z')).toBe('Z');
    expect(keyText({ code: 'Slash', shift: true })).toBe('?');
    expect(keyText({ code: 'ArrowLeft', alt: true })).toBe('Alt ←');
  });
});
