import { ElectronBridge, type ExposedBridge } from './electron-bridge.ts';
import { LoopbackBridge } from './loopback-bridge.ts';
import type { WindowBridge } from './window-bridge.ts';

declare global {
  interface Window {
    readonly spanscope?: ExposedBridge;
  }
}

export function openBridge(): WindowBridge {
  return window.spanscope ? new ElectronBridge(window.spanscope) : new LoopbackBridge();
}
