export function filesOfZip(archive: Buffer): { name: string; packed: number; size: number }[];
