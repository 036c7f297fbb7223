/**
 * Formats that are named but not read yet. Binary ones by their magic, texts by a line only they have.
 *
 * @source go.dev/src runtime/heapdump.go ("go1.7 heap dump"), ELF-64 specification, JDK
 * hprofFile ("JAVA PROFILE 1.0.2"), JFR ("FLR\0")
 */
import type { EvidenceKind } from '../api/contract/evidence.ts';

export interface Recogniser {
  readonly kind: EvidenceKind;
  sniff(head: Uint8Array, name: string): number;
}

function magic(kind: EvidenceKind, pattern: RegExp, confidence = 0.95): Recogniser {
  return {
    kind,
    sniff(head) {
      return pattern.test(Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 64)).toString('latin1'))
        ? confidence
        : 0;
    },
  };
}

const linesLooked = 400;
const charsLooked = 500;

/** A text that has such a line among its first. The pattern sees one line at a time, and not more than its beginning. */
function textWith(kind: EvidenceKind, line: RegExp, confidence = 0.97): Recogniser {
  return {
    kind,
    sniff(head) {
      if (head.length === 0 || head.subarray(0, 512).includes(0)) return 0;
      const lines = Buffer.from(head.buffer, head.byteOffset, head.length).toString('utf8').split(/\r?\n/, linesLooked);
      return lines.some((l) => line.test(l.slice(0, charsLooked))) ? confidence : 0;
    },
  };
}

export const recognisers: readonly Recogniser[] = [
  magic('elf-core', /^\x7fELF/),
  magic('go-heapdump', /^go1\.\d heap dump\n/),
  magic('hprof', /^JAVA PROFILE 1\.0\.\d\0/),
  magic('jfr', /^FLR\0/),
  textWith(
    'hs-err',
    /^# A fatal error has been detected by the Java Runtime Environment|^# There is insufficient memory for the Java Runtime Environment/,
    0.98,
  ),
  textWith('jvm-nmt', /^Native Memory Tracking:|^Total: reserved=\d{1,15}[KMG]?B, committed=\d/, 0.98),
  textWith('jvm-threads', /^Full thread dump |^"[^"\n]{1,200}" #\d{1,7} (?:\[\d{1,7}\] )?(?:daemon )?prio=\d/, 0.98),
  textWith('jvm-histogram', /^ num {1,8}#instances {1,12}#bytes {1,4}class name/, 0.98),
  textWith(
    'jvm-gc',
    /^(?:\[[^\]]{1,60}\]){1,6} {0,8}(?:GC\(\d{1,7}\) |Using )|^[\d.:T+Z -]{0,60}\[(?:GC|Full GC)[ ([]/,
  ),
  textWith('malloc-info', /^<malloc version="1">/, 0.98),
  textWith('jvm-oom', /java\.lang\.OutOfMemoryError/),
];
