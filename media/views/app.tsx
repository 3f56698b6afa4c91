import type { PanelState } from '../panelState.ts';
import { Banners } from './banners.tsx';
import { Composer } from './composer.tsx';
import { useApp } from './context.ts';
import { FindBar } from './findBar.tsx';
import { Header } from './header.tsx';
import { History } from './history.tsx';
import { InspectorView } from './inspector.tsx';
import { MemoryView } from './memory.tsx';
import { Transcript } from './transcript.tsx';

export function PanelView() {
  const { panel } = useApp();
  const { screen, announcement } = panel.state.value;
  return (
    <>
      <ScreenOf screen={screen} />
      <div class="for-readers" aria-live="polite" role="status">
        {announcement}
      </div>
    </>
  );
}

function ScreenOf({ screen }: { screen: PanelState['screen'] }) {
  switch (screen) {
    case 'history':
      return (
        <>
          <Banners />
          <History />
        </>
      );
    case 'context':
      return (
        <>
          <Banners />
          <InspectorView />
        </>
      );
    case 'memory':
      return (
        <>
          <Banners />
          <MemoryView />
        </>
      );
    case 'chat':
      return (
        <>
          <Header />
          <Banners />
          <FindBar />
          <Transcript />
          <Composer />
        </>
      );
    default:
      return screen satisfies never;
  }
}
