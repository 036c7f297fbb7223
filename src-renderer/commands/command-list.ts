/** Every command there is. */
import type { HeapModel } from '../screens/heap/heap-model.svelte.ts';
import type { TimelineModel } from '../screens/timeline/timeline-model.svelte.ts';
import { navigation } from '../state/navigation.svelte.ts';
import { settings, type Theme } from '../state/settings.svelte.ts';
import { surfaces } from '../state/surfaces.svelte.ts';
import { type Screen, screens } from '../state/view.ts';
import type { Workbench } from '../state/workbench.svelte.ts';
import type { Command, CommandGroup, Key } from './command.ts';
import { stepFinding } from './step-finding.ts';

export interface Pickers {
  readonly files: () => void;
  readonly folder: () => void;
}

const themes: readonly Theme[] = ['system', 'light', 'dark'];

export function commandList(
  workbench: Workbench,
  timeline: TimelineModel,
  heap: HeapModel,
  pickers: Pickers,
): readonly Command[] {
  const hasCase = () => workbench.report !== null;
  const onTimeline = () => hasCase() && navigation.view.screen === 'timeline';
  const key = (code: string, mods: Omit<Key, 'code'> = {}): Key => ({ code, ...mods });

  const go: Command[] = screens.map((screen: Screen, i) => ({
    id: `go.${screen}`,
    title: `screen/${screen}`,
    group: 'go',
    keys: [key(`Digit${i + 1}`)],
    when: hasCase,
    run: () => navigation.push({ screen }),
  }));

  const other: Command[] = [
    command('window.palette', 'window', [key('KeyK', { ctrl: true }), key('KeyP', { ctrl: true, shift: true })], () => {
      surfaces.palette = 'commands';
    }),
    command('window.find', 'window', [key('KeyP', { ctrl: true })], () => {
      surfaces.palette = 'go';
    }),
    command('window.search', 'window', [key('Slash')], focusSearch, hasCase),
    command('window.help', 'window', [key('Slash', { shift: true }), key('F1')], () => {
      surfaces.isHelpOpen = true;
    }),
    command('window.back', 'go', [key('ArrowLeft', { alt: true })], () => window.history.back()),
    command('window.forward', 'go', [key('ArrowRight', { alt: true })], () => window.history.forward()),
    command('window.theme', 'window', [], () =>
      settings.set({ theme: themes[(themes.indexOf(settings.theme) + 1) % themes.length] ?? 'system' }),
    ),
    command('window.language', 'window', [], () => {
      settings.set({ language: settings.language === 'en' ? 'zh-CN' : 'en' });
      void workbench.translate();
    }),
    command('window.letters', 'window', [], () => settings.set({ letters: !settings.letters })),
    command('case.open', 'case', [key('KeyO', { ctrl: true })], pickers.files),
    command('case.folder', 'case', [key('KeyO', { ctrl: true, shift: true })], pickers.folder),
    command(
      'case.sample',
      'case',
      [],
      () => void workbench.open({ kind: 'sample' }),
      () => workbench.info?.hasSample ?? false,
    ),
    command('case.pdf', 'case', [], () => void workbench.savePdf(), hasCase),
    command('case.verify', 'case', [], () => void workbench.verify(), hasCase),
    command('case.close', 'case', [], () => void workbench.closeCase(), hasCase),
    command('go.next_finding', 'go', [key('BracketRight')], () => stepFinding(workbench, 1), hasCase),
    command('go.previous_finding', 'go', [key('BracketLeft')], () => stepFinding(workbench, -1), hasCase),
  ];

  const onLanes: Command[] = (
    [
      ['timeline.zoom_in', [key('KeyW')], () => timeline.zoom(0.7)],
      ['timeline.zoom_out', [key('KeyS')], () => timeline.zoom(1 / 0.7)],
      ['timeline.pan_left', [key('KeyA')], () => timeline.pan(-0.2)],
      ['timeline.pan_right', [key('KeyD')], () => timeline.pan(0.2)],
      ['timeline.whole', [key('Digit0'), key('Numpad0')], () => timeline.show(timeline.whole)],
      ['timeline.focus', [key('KeyF')], () => timeline.focusSelection()],
      ['timeline.clear', [key('Escape')], () => timeline.clear()],
      ['timeline.next_cycle', [key('Period')], () => void workbench.attempt(() => timeline.stepCycle(1))],
      ['timeline.previous_cycle', [key('Comma')], () => void workbench.attempt(() => timeline.stepCycle(-1))],
      ['timeline.cursor_right', [key('ArrowRight')], () => timeline.stepCursor(1)],
      ['timeline.cursor_left', [key('ArrowLeft')], () => timeline.stepCursor(-1)],
      ['timeline.cursor_right_10', [key('ArrowRight', { shift: true })], () => timeline.stepCursor(10)],
      ['timeline.cursor_left_10', [key('ArrowLeft', { shift: true })], () => timeline.stepCursor(-10)],
      ['timeline.shading', [key('KeyO')], () => timeline.cycleShading()],
      [
        'timeline.table',
        [key('KeyT')],
        () => {
          timeline.isTableOpen = !timeline.isTableOpen;
        },
      ],
    ] as const
  ).map(([id, keys, run]) => command(id, 'timeline', keys, run, onTimeline));

  const hasRange = () => onTimeline() && navigation.view.timeRange !== null;
  const hasHeapHere = () => onTimeline() && navigation.view.cursor !== null && heap.sources.length > 0;
  const onSelection: Command[] = [
    command('timeline.zoom_range', 'timeline', [key('KeyZ'), key('Enter')], () => timeline.zoomToRange(), hasRange),
    command(
      'timeline.heap',
      'timeline',
      [key('Enter'), key('KeyH')],
      () => navigation.push({ screen: 'heap', selection: null }),
      hasHeapHere,
    ),
  ];

  return [...go, ...other, ...onLanes, ...onSelection];
}

function command<N extends string>(
  id: N,
  group: CommandGroup,
  keys: readonly Key[],
  run: () => void,
  when?: () => boolean,
): Command {
  return { id, title: `command/${id}` as Command['title'], group, keys, run, ...(when ? { when } : {}) };
}

/** The search field of the screen, where it has one; else the palette. */
function focusSearch(): void {
  const field = document.querySelector<HTMLInputElement>('main input[type="search"]');
  if (field) field.focus();
  else surfaces.palette = 'go';
}
