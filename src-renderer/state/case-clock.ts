import type { Lanes } from '../../src-main/api/contract/calls.ts';
import type { CaseClock } from '../charts/moment-text.ts';

export function clockOf(lanes: Lanes | null): CaseClock {
  return { originNs: BigInt(lanes?.origin_ns ?? '0'), hasWall: lanes?.has_wall ?? false };
}
