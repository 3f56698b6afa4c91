/** When nothing may leave the machine. Providers and relayed calls ask here, and nowhere else is it decided. */
import { type CausewayError, localOnly, restrictedMode } from '../errors.ts';
import type { CoreSettings, Workspace } from '../ports.ts';
import { requestTexts } from '../secrets/maskedEntries.ts';
import type { Masker } from '../secrets/masker.ts';
import type { Transforms } from '../transforms/transforms.ts';
import type { Gate } from './gate.ts';

/**
 * Why nothing may go to a model now; undefined when it may. `staysHere`: to a server at an address of this machine, which
 * a local-only workspace allows.
 */
export function barredFrom(
  workspace: Pick<Workspace, 'isTrusted'>,
  settings: Pick<CoreSettings, 'localOnly'>,
  staysHere = false,
): CausewayError | undefined {
  if (!workspace.isTrusted()) return restrictedMode();
  return settings.localOnly && !staysHere ? localOnly() : undefined;
}

/** What stands between the engine and every provider off the machine. */
export const gateOf = (of: {
  workspace: Pick<Workspace, 'isTrusted'>;
  settings: Pick<CoreSettings, 'localOnly'>;
  masker: Masker;
  transforms?: Transforms;
}): Gate => ({
  transforms: () => of.transforms?.active(),
  barred: (provider) => barredFrom(of.workspace, of.settings, provider?.staysHere),
  // What a turn sends was masked when it was gathered, so that its report tells the truth; frames are asked for too.
  masked: (request) => of.masker.through(request, undefined, requestTexts),
  maskedTexts: (texts) => of.masker.texts(texts),
});
