/**
 * Where the built bundles and shipped files are. Bundles find their siblings beside themselves; code that runs from
 * source (unit tests) is told by `GRAFT_DIST`.
 */
declare const __dirname: string;
declare const process: { readonly env: { readonly GRAFT_DIST?: string } };

export function distFolder(): string {
  return process.env.GRAFT_DIST ?? __dirname;
}
