/**
 * Names inside archives are data, never paths to write to. One that tries to leave the archive marks the archive as crafted.
 *
 * @source security.md 5.1 A1, A6
 */
export type NameFault = 'parent' | 'absolute' | 'drive' | 'unc' | 'backslash' | 'nul';

/** What is wrong with a name, or undefined. */
export function nameFault(name: string): NameFault | undefined {
  if (name.includes('\0')) return 'nul';
  if (name.startsWith('\\\\') || name.startsWith('//')) return 'unc';
  if (/^[A-Za-z]:/.test(name)) return 'drive';
  if (name.startsWith('/') || name.startsWith('\\')) return 'absolute';
  const parts = name.split(/[/\\]/);
  if (parts.includes('..')) return name.includes('\\') ? 'backslash' : 'parent';
  return undefined;
}

/** UTF-8 where it is valid, else the old code page of zip read as Latin-1: every byte keeps a character. */
export function decodeName(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.includes('�') && !bytes.equals(Buffer.from(text, 'utf8')) ? bytes.toString('latin1') : text;
}
