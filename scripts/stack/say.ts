/** Where progress goes: whole lines, and the state of a download, which replaces the one before. */
export interface Say {
  readonly line: (text: string) => void;
  readonly progress: (text: string) => void;
}

export const silent: Say = { line() {}, progress() {} };
