/** Which tools a turn has. */
import type { GroundingMode } from '../../protocol/entries.ts';
import type { CoreSettings, Log, ModelNotes, Recall } from '../ports.ts';
import type { Profile } from '../profiles/profile.ts';
import { recallScope } from '../profiles/workspaceLimits.ts';
import type { ModelInfo } from '../providers/provider.ts';
import type { SessionStore } from '../session/store.ts';
import { memory } from './memory.ts';
import { toolNames } from './names.ts';
import { recall } from './recall.ts';
import { Tools } from './registry.ts';
import type { Tool } from './tool.ts';
import { updateTask } from './updateTask.ts';
import { workspaceTools } from './workspace/offered.ts';
import type { WorkspaceSources } from './workspace/sources.ts';

export interface ToolSources {
  store: SessionStore;
  settings: CoreSettings;
  log: Log;
  /** Undefined where nothing is indexed. */
  recall?: Recall;
  /** Undefined where the user has not switched it on. Read anew for each turn. */
  modelNotes?(): ModelNotes | undefined;
  /** Undefined where no folder is open. Read anew for each turn. */
  workspaceSources?(): WorkspaceSources | undefined;
}

/**
 * Those the profile lists, as far as they make sense: a model that takes none gets none, nor does one offline. Only a
 * turn that is grounded in the workspace may look around in it, since the others keep to what they were given.
 */
export function offeredTools(
  sources: ToolSources,
  profile: Profile,
  model: ModelInfo,
  grounding: GroundingMode,
): Tools {
  const wanted = new Set(model.tools ? (profile.tools ?? toolNames) : []);
  const scope = recallScope(profile, sources.settings.recall);
  const tools: Tool[] = [];
  // Only models that were trained for it: others would keep notes they never read.
  const notes = wanted.has('memory') && model.memoryTool ? sources.modelNotes?.() : undefined;
  if (notes) tools.push(memory(notes));
  if (wanted.has('recall') && sources.recall && scope !== 'off')
    tools.push(recall(sources.recall, sources.store, scope));
  if (wanted.has('update_task')) tools.push(updateTask(sources.store));
  const looksAround = grounding === 'workspace' ? sources.workspaceSources?.() : undefined;
  if (looksAround) tools.push(...workspaceTools(looksAround, wanted));
  return new Tools(tools, sources.log);
}
