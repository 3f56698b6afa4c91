export function buildPanel(options: {
  outdir: string;
  minify?: boolean;
  sourcemap?: boolean;
}): Promise<{ outputs: Record<string, { bytes: number }> }>;
