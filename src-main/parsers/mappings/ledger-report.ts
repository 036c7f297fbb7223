/** What a ledger says at the end of a recording: figures, and what it could only suppose. */
import type { Position } from '../../api/contract/evidence.ts';
import type { Sink } from '../contract.ts';
import type { MappingLedger } from './ledger.ts';

export function sayLedger(ledger: MappingLedger, sink: Sink, at: Position): Record<string, number> {
  if (ledger.byLength > 0)
    sink.warn({
      code: 'mappings/told_by_length',
      severity: 'info',
      phase: 'model',
      at,
      args: { count: ledger.byLength },
    });
  if (ledger.untracked > 0)
    sink.warn({
      code: 'mappings/too_many_ranges',
      severity: 'data_loss',
      phase: 'model',
      at,
      args: { count: ledger.untracked },
    });
  return {
    mapped_bytes: ledger.mappedBytes,
    unmapped_bytes: ledger.unmappedBytes,
    kept_bytes: ledger.keptBytes,
    reserved_bytes: ledger.reservedBytes,
    mapped_before_bytes: ledger.olderBytes,
  };
}
