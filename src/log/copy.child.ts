/** A process that copies: `copy.child.ts FILE SESSION_TIMEOUT`. Says `owns N` on its standard output; tests kill or stop it. */
import { copy } from './copy.ts';
import { openEmbeddedLog } from './embedded.ts';

const [, , path = '', sessionTimeout = '10000'] = process.argv;
const log = await openEmbeddedLog({ path, sessionTimeout: Number(sessionTimeout) });
await copy(log, new AbortController().signal, ({ partition }) => console.log(`owns ${partition}`));
