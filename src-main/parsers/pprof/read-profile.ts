/** Bytes into a profile, whatever its form: protobuf, legacy binary or legacy text. */
import { type Decoded, decodeProfile } from './binary/profile-decoder.ts';
import { ProtoError } from './binary/proto-reader.ts';
import { isLegacyCpu, readLegacyCpu } from './legacy/cpu.ts';
import { openLegacyText, readLegacyText } from './legacy/legacy-text.ts';
import { readStackText } from './stack-profile.ts';

/** A profile as text is read as one string, which has a length that V8 sets. */
const longestText = 500 * 2 ** 20;

/**
 * @throws ProtoError where the bytes are no profile in any form
 * @throws ProfileLimitError where a bound of security.md section 6 is passed
 */
export function readProfile(bytes: Uint8Array): Decoded {
  if (isLegacyCpu(bytes.subarray(0, 64))) {
    const profile = readLegacyCpu(bytes);
    if (profile) return { profile, broken: undefined };
  }
  if (looksLikeText(bytes) && bytes.length < longestText) {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
    const profile = readLegacyText(text)?.profile ?? readStackText(text);
    if (profile) return { profile, broken: undefined };
    if (openLegacyText(text.slice(0, 200)) === undefined) throw new ProtoError('field', 0);
  }
  return decodeProfile(bytes);
}

function looksLikeText(bytes: Uint8Array): boolean {
  const n = Math.min(bytes.length, 256);
  for (let i = 0; i < n; i++) {
    const c = bytes[i] as number;
    if (c < 9 || (c > 13 && c < 32)) return false;
  }
  return n > 0;
}
