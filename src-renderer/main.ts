import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import 'uplot/dist/uPlot.min.css';
import './theme/tokens.css';
import './theme/base.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { openBridge } from './bridge/open-bridge.ts';
import { settings } from './state/settings.svelte.ts';
import { Workbench } from './state/workbench.svelte.ts';

const target = document.getElementById('app');
if (!target) throw new Error('no #app in the page');
settings.apply();
const workbench = new Workbench(openBridge());
mount(App, { target, props: { workbench } });
void workbench.start();
