/** A ledger as a profile: for each stack what it mapped, what of that is kept, what it gave back. */
import { ProfileBuilder } from '../pprof/profile-builder.ts';
import type { ProfileModel } from '../pprof/profile-model.ts';
import type { MappingLedger } from './ledger.ts';
import type { StackTable } from './stack-table.ts';

const types = [
  { type: 'mapped', unit: 'count' },
  { type: 'mapped_space', unit: 'bytes' },
  { type: 'unmapped', unit: 'count' },
  { type: 'unmapped_space', unit: 'bytes' },
  { type: 'kept', unit: 'count' },
  { type: 'kept_space', unit: 'bytes' },
];

/** Owners of the ledger are stacks of the table. Undefined where nothing was mapped or given back. */
export function churnProfile(ledger: MappingLedger, stacks: StackTable): ProfileModel | undefined {
  const builder = new ProfileBuilder(types, { type: 'space', unit: 'bytes' }, 1);
  builder.defaultType = 'kept_space';
  ledger.accounts.forEach((a, stack) => {
    const values = [a.mapped, a.mappedBytes, a.unmapped, a.unmappedBytes, a.kept, a.keptBytes];
    if (values.some((v) => v !== 0)) builder.add(values, stacks.rows(stack, builder));
  });
  return builder.samples > 0 ? builder.build() : undefined;
}
