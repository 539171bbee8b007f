import type { PanelResult } from '../shown.ts';
import type { Format } from './format.ts';

/** What fills the page below its head. */
export interface Screen {
  readonly element: HTMLElement;
  /** Shows a result where it has a place for it. */
  show(result: PanelResult, format: Format): void;
  /** Ends what it had going. */
  close(): void;
}
