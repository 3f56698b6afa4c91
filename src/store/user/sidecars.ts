/** A small file beside each workspace's database that says whose it is, so that a lost register can be rebuilt. */
import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { sidecarFile, workspacesFolder } from './layout.ts';
import { writePrivateFileSync } from './privateFile.ts';
import type { WorkspaceEntry } from './workspaceTable.ts';

const sidecar = z.object({
  format: z.literal(1),
  id: z.uuid(),
  uri: z.string().min(1),
  name: z.string(),
  folders: z.array(z.string()),
  fingerprint: z
    .object({
      inode: z.string().exactOptional(),
      birthTimeMs: z.number().exactOptional(),
      gitRoot: z.string().exactOptional(),
      folderName: z.string(),
    })
    .optional(),
  createdAt: z.number(),
  lastOpenedAt: z.number(),
  formerUris: z.array(z.string()),
  kin: z.array(z.uuid()),
});

/** Writes what changed; the time of the last opening alone is not worth a write. */
export function writeSidecar(dataFolder: string, entry: WorkspaceEntry): void {
  const { record, formerUris, kin } = entry;
  const file = sidecarFile(dataFolder, record.id);
  const text = textOf(entry);
  const before = readEntry(file, record.id);
  if (
    before &&
    textOf({ ...before, record: { ...before.record, lastOpenedAt: record.lastOpenedAt } }) === text
  ) {
    return;
  }
  writePrivateFileSync(file, textOf({ record, formerUris, kin }));
}

/**
 * All workspaces that have a sidecar or a database here. A database whose sidecar is missing or broken is listed
 * under a URI of its own, so that its sessions are not forgotten.
 */
export function readSidecars(dataFolder: string): WorkspaceEntry[] {
  let names: string[];
  try {
    names = readdirSync(workspacesFolder(dataFolder));
  } catch {
    // No workspace was ever opened here.
    return [];
  }
  const ids = new Set(names.flatMap((name) => /^([0-9a-f-]{36})\.(?:json|db)$/.exec(name)?.[1] ?? []));
  return [...ids]
    .filter((id) => z.uuid().safeParse(id).success)
    .sort()
    .map((id) => readEntry(sidecarFile(dataFolder, id), id) ?? unknownWorkspace(id));
}

const unknownWorkspace = (id: string): WorkspaceEntry => ({
  record: {
    id,
    uri: `causeway:unknown/${id}`,
    name: id,
    folders: [],
    fingerprint: undefined,
    createdAt: 0,
    lastOpenedAt: 0,
  },
  formerUris: [],
  kin: [],
});

function textOf({ record, formerUris, kin }: WorkspaceEntry): string {
  return `${JSON.stringify({ format: 1, ...record, formerUris, kin }, undefined, 2)}\n`;
}

function readEntry(file: string, id: string): WorkspaceEntry | undefined {
  try {
    const {
      format: _,
      formerUris,
      kin,
      fingerprint,
      ...rest
    } = sidecar.parse(JSON.parse(readFileSync(file, 'utf8')));
    if (rest.id !== id) return undefined;
    return { record: { ...rest, fingerprint }, formerUris, kin };
  } catch {
    // Missing or broken: the register has the truth, and the next opening writes the sidecar anew.
    return undefined;
  }
}
