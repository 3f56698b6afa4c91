/** The panel's page: joins state, channel and views, and the keys that hold everywhere in it. */
import { render } from 'preact';
import { config } from 'zod';
import { Acts } from './acts.ts';
import type { VsCodeApi } from './channel.ts';
import { ContextActs } from './contextActs.ts';
import { keepFocus } from './focus.ts';
import { navigation, placeOf, showEntry } from './navigate.ts';
import { Panel } from './panel.ts';
import { ScrollMemory } from './scrollMemory.ts';
import { PanelView } from './views/app.tsx';
import { AppContext } from './views/context.ts';
import { Scroller } from './views/scroller.ts';

declare function acquireVsCodeApi(): VsCodeApi;

// The page's policy forbids making functions from text, which zod would otherwise do for speed.
config({ jitless: true });

const api = acquireVsCodeApi();
const panel = new Panel(api);
const acts = new Acts(panel);
const context = new ContextActs(panel);
const scroller = new Scroller();
const memory = new ScrollMemory(api, scroller);

panel.navigate = navigation(panel, scroller);
panel.showEntry = showEntry(panel, scroller);
panel.placeOf = placeOf(panel, scroller);
panel.inspect = (of) => context.inspect(of);
panel.memoryChanged = () => void context.loadMemory();
panel.requestChanged = () => context.requestChanged();
panel.toEnd = () => scroller.read('end');
panel.leaving = (sessionId) => memory.keep(sessionId);
panel.arrived = (sessionId) => memory.restore(sessionId);

const leave = () => {
  panel.drafts.flush();
  if (panel.sessionId) memory.keep(panel.sessionId);
};
document.addEventListener('visibilitychange', leave);
window.addEventListener('pagehide', leave);
window.addEventListener('blur', leave);

document.addEventListener('keydown', (event) => {
  if (event.isComposing) return;
  const { live, screen } = panel.state.value;
  if (
    event.key.toLowerCase() === 'f' &&
    (event.ctrlKey || event.metaKey) &&
    !event.shiftKey &&
    !event.altKey
  ) {
    event.preventDefault();
    panel.navigate('find');
  } else if (event.key === 'Escape' && !event.defaultPrevented && screen === 'chat' && live?.own) {
    void acts.stop();
  }
});

const root = document.getElementById('root') ?? document.body.appendChild(document.createElement('div'));
root.id = 'root';
keepFocus(root);
render(
  <AppContext.Provider value={{ panel, acts, context, scroller }}>
    <PanelView />
  </AppContext.Provider>,
  root,
);
void panel.start();
