/** The page of the dashboard. */
import { render } from 'preact';
import { config } from 'zod';
import type { VsCodeApi } from '../channel.ts';
import { UsagePage } from './usagePage.ts';
import { Dashboard } from './views/dashboard.tsx';

declare function acquireVsCodeApi(): VsCodeApi;

// The page's policy forbids making functions from text, which zod would otherwise do for speed.
config({ jitless: true });

const page = new UsagePage(acquireVsCodeApi());
const root = document.getElementById('root') ?? document.body.appendChild(document.createElement('div'));
root.id = 'root';
render(<Dashboard page={page} />, root);
page.start();
