/** Kinds of evidence that help, with the words and commands of the contract's catalogue. */
import catalogue from '../../../src-main/api/contract/messages/en.json' with { type: 'json' };

export const collectKinds: readonly string[] = Object.keys(catalogue).flatMap((key) => {
  const m = /^coverage\/(\w+)\.how$/.exec(key);
  return m?.[1] ? [m[1]] : [];
});
