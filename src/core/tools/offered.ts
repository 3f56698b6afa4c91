/** Which tools a turn has. */
import type { CoreSettings, Log, Recall } from '../ports.ts';
import type { Profile } from '../profiles/profile.ts';
import { recallScope } from '../profiles/workspaceLimits.ts';
import type { ModelInfo } from '../providers/provider.ts';
import type { SessionStore } from '../session/store.ts';
import { toolNames } from './names.ts';
import { recall } from './recall.ts';
import { Tools } from './registry.ts';
import type { Tool } from './tool.ts';
import { updateTask } from './updateTask.ts';

export interface ToolSources {
  store: SessionStore;
  settings: CoreSettings;
  log: Log;
  /** Undefined where nothing is indexed. */
  recall?: Recall;
}

/** Those the profile lists, as far as they make sense: a model that takes none gets none, nor does one offline. */
export function offeredTools(sources: ToolSources, profile: Profile, model: ModelInfo): Tools {
  const wanted = new Set(model.tools ? (profile.tools ?? toolNames) : []);
  const scope = recallScope(profile, sources.settings.recall);
  const tools: Tool[] = [];
  if (wanted.has('recall') && sources.recall && scope !== 'off')
    tools.push(recall(sources.recall, sources.store, scope));
  if (wanted.has('update_task')) tools.push(updateTask(sources.store));
  return new Tools(tools, sources.log);
}
