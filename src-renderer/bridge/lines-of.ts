/** The lines of a stream of bytes that hold something. */
export async function* linesOf(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let kept = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (kept + decoder.decode(value, { stream: true })).split('\n');
    kept = parts.pop() ?? '';
    for (const part of parts) if (part.trim()) yield part;
  }
}
