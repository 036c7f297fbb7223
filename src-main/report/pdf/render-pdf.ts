import type { Analysis } from '../../analysis/diagnose.ts';
import type { DiagnoseDocument } from '../../api/contract/documents.ts';
import type { Language } from '../../api/contract/messages.ts';
export async function renderPdf(_a: Analysis, _d: DiagnoseDocument, _l: Language): Promise<Uint8Array> {
  return new Uint8Array();
}
