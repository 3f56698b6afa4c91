import { Banners } from './banners.tsx';
import { Composer } from './composer.tsx';
import { useApp } from './context.ts';
import { FindBar } from './findBar.tsx';
import { Header } from './header.tsx';
import { History } from './history.tsx';
import { Transcript } from './transcript.tsx';

export function PanelView() {
  const { panel } = useApp();
  const { screen, announcement } = panel.state.value;
  return (
    <>
      {screen === 'history' ? (
        <>
          <Banners />
          <History />
        </>
      ) : (
        <>
          <Header />
          <Banners />
          <FindBar />
          <Transcript />
          <Composer />
        </>
      )}
      <div class="for-readers" aria-live="polite" role="status">
        {announcement}
      </div>
    </>
  );
}
