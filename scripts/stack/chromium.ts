import type { Say } from './say.ts';
import { need, runs } from './tools.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome'].map((name) => `/usr/bin/${name}`);

/** The browser that tests of the dashboard open, installed first where it is missing. @throws StackError MISSING */
export async function installedChromium(say: Say): Promise<string> {
  const found = () => names.find((program) => runs(program, '--version'));
  await need('Chromium', 'chromium', () => found() !== undefined, say);
  return found() ?? '/usr/bin/chromium';
}
