/**
 * Kubernetes quantities of memory: `256Mi`, `1.5Gi`, `500M`, `1e9`, `128974848`, `128974848000m`.
 *
 * @source k8s.io/apimachinery/pkg/api/resource/quantity.go
 */
const suffixes: Readonly<Record<string, number>> = {
  '': 1,
  m: 1e-3,
  k: 1e3,
  K: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
  Pi: 1024 ** 5,
  Ei: 1024 ** 6,
};

/** Bytes, or 0 where the text is no quantity. */
export function parseQuantity(text: string): number {
  const m = /^(\d{1,20}(?:\.\d{1,9})?(?:e\d{1,2})?)(m|k|[KMGTPE]i?)?B?$/.exec(text.trim());
  return m ? Number(m[1]) * (suffixes[m[2] ?? ''] ?? 1) : 0;
}
