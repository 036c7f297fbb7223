/**
 * Stacks of texts that are no profiles in pprof's sense, as profiles: goroutine dumps with debug=2 and crashes (one sample a goroutine), folded
 * stacks, recordings of perf and strace (of several events the mappings, else the first).
 */
import { parseFolded } from '../folded-stacks/folded-line.ts';
import { FoldedProfile } from '../folded-stacks/folded-profile.ts';
import { parseCall, parseCreatedBy, parseFileLine, parseGoroutineHead } from '../goroutine-text/stack-text.ts';
import { churnProfile } from '../mappings/churn-profile.ts';
import { PerfEvents } from '../perf-script/perf-events.ts';
import { StraceCalls } from '../strace/strace-calls.ts';
import { ProfileBuilder } from './profile-builder.ts';
import type { ProfileModel } from './profile-model.ts';

/** Undefined where the text holds no stack of either form. */
export function readStackText(text: string): ProfileModel | undefined {
  return readGoroutines(text) ?? readRecording(text);
}

function readGoroutines(text: string): ProfileModel | undefined {
  const type = { type: 'goroutine', unit: 'count' };
  const builder = new ProfileBuilder([type], type, 1);
  let state: string | undefined;
  let stack: number[] = [];
  let call: string | undefined;
  const close = () => {
    if (state !== undefined) builder.add([1], stack, [{ key: 'state', value: state }]);
    state = undefined;
    stack = [];
    call = undefined;
  };
  for (const raw of text.split('\n')) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    const head = line.startsWith('goroutine ') ? parseGoroutineHead(line) : undefined;
    if (head) {
      close();
      state = head.state;
    } else if (line === '') close();
    else if (state === undefined) continue;
    else if (line.startsWith('\t') || line.startsWith(' ')) {
      const place = parseFileLine(line);
      if (place && call !== undefined) stack.push(builder.frame({ function: call, ...place }));
      call = undefined;
    } else call = parseCreatedBy(line) === undefined ? parseCall(line) : undefined;
  }
  close();
  return builder.samples > 0 ? builder.build() : undefined;
}

function readRecording(text: string): ProfileModel | undefined {
  const perf = new PerfEvents();
  const strace = new StraceCalls();
  const folded = new FoldedProfile();
  let misses = 0;
  let number = 0;
  for (const raw of text.split('\n')) {
    const line = raw.trimEnd();
    number++;
    if (perf.take(line, number) || line === '') continue;
    if (strace.take(line, number)) continue;
    const stack = parseFolded(line);
    if (stack && stack.frames.length > 0 && folded.add(stack)) continue;
    misses++;
    if (misses > 10 && misses > number / 2) return undefined;
  }
  perf.close();
  strace.close();
  if (perf.events > 0) return perf.profiles()[0];
  if (strace.hasStacks) return churnProfile(strace.ledger, strace.stacks);
  return folded.samples > misses ? folded.build() : undefined;
}
