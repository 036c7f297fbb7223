/**
 * Makes the fonts of the report: Noto Sans SC cut down to Latin, symbols and the characters of GB 2312, regular and bold. 2.5 MB each instead of 10, from the
 * pinned package, so that nothing large lies in the repository. @source GB/T 2312-1980 by the platform's own decoder
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import subsetFont from 'subset-font';

const latinAndSymbols = [
  [0x20, 0x24f],
  [0x370, 0x3ff],
  [0x400, 0x45f],
  [0x2000, 0x206f],
  [0x20a0, 0x20bf],
  [0x2100, 0x214f],
  [0x2190, 0x22ff],
  [0x2500, 0x25ff],
  [0x3000, 0x303f],
  [0xff00, 0xffef],
];

function characters() {
  const out = [];
  for (const [from, to] of latinAndSymbols) for (let c = from; c <= to; c++) out.push(String.fromCodePoint(c));
  const gb2312 = new TextDecoder('gb2312');
  for (let row = 0xa1; row <= 0xf7; row++) {
    for (let cell = 0xa1; cell <= 0xfe; cell++) {
      const c = gb2312.decode(Uint8Array.of(row, cell));
      if (c.length === 1 && c !== '�') out.push(c);
    }
  }
  return out.join('');
}

const target = join(import.meta.dirname, '..', 'out', 'fonts');
const source = dirname(createRequire(import.meta.url).resolve('@expo-google-fonts/noto-sans-sc/package.json'));
const text = characters();
mkdirSync(target, { recursive: true });
for (const weight of ['400Regular', '700Bold']) {
  const font = readFileSync(join(source, weight, `NotoSansSC_${weight}.ttf`));
  writeFileSync(
    join(target, `${weight.slice(3).toLowerCase()}.ttf`),
    await subsetFont(font, text, { targetFormat: 'truetype' }),
  );
}
