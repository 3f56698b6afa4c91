import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Acts } from '../acts.ts';
import type { ContextActs } from '../contextActs.ts';
import type { Panel } from '../panel.ts';
import type { Scroller } from './scroller.ts';

export interface App {
  panel: Panel;
  acts: Acts;
  context: ContextActs;
  scroller: Scroller;
}

export const AppContext = createContext<App | undefined>(undefined);

export function useApp(): App {
  const app = useContext(AppContext);
  if (!app) throw new Error('A view was drawn outside the panel.');
  return app;
}
