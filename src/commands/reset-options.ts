export interface ResetTopologyOptions {
  readonly shop: string;
  readonly topology: string;
  readonly to?: string;
  readonly version?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

export class NotResetError extends Error {
  override readonly name = 'NotResetError';
}

/** The command, as it is to be given again to finish what it began. */
export function commandOf({ shop, topology, to }: ResetTopologyOptions, version: string): string {
  const where = to === undefined ? '' : ` --to ${to}`;
  return `ebb reset --shop ${shop} --topology ${topology} --version ${version}${where} --yes`;
}
