/**
 * Stacks of texts that are no profiles in pprof's sense, as profiles: goroutine dumps with debug=2 and crashes (one sample a goroutine), folded
 * stacks (`root;middle;leaf 12`).
 */
import { parseCall, parseCreatedBy, parseFileLine, parseGoroutineHead } from '../goroutine-text/stack-text.ts';
import { ProfileBuilder } from './profile-builder.ts';
import type { ProfileModel } from './profile-model.ts';

const folded = /^([^\s;][^\n]{0,20000}) (\d{1,15})$/;

/** Undefined where the text holds no stack of either form. */
export function readStackText(text: string): ProfileModel | undefined {
  return readGoroutines(text) ?? readFolded(text);
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

/** Undefined where more than a few lines are of another form. */
export function readFolded(text: string): ProfileModel | undefined {
  const type = { type: 'samples', unit: 'count' };
  const builder = new ProfileBuilder([type], type, 1);
  let misses = 0;
  for (const raw of text.split('\n')) {
    const line = raw.trimEnd();
    if (line === '') continue;
    const m = folded.exec(line);
    if (!m) {
      misses++;
      if (misses > 10 && misses > builder.samples) return undefined;
      continue;
    }
    const frames = (m[1] as string).split(';');
    builder.add(
      [Number(m[2])],
      frames.reverse().map((f) => builder.frame({ function: f, file: '', line: 0 })),
    );
  }
  return builder.samples > misses ? builder.build() : undefined;
}
