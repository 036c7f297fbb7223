import { createContext } from 'svelte';
import type { Workbench } from './workbench.svelte.ts';

/** The one workbench, set by App and read by whatever needs the case. */
export const [getWorkbench, setWorkbench] = createContext<Workbench>();
