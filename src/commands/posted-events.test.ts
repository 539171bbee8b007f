import { it } from 'vitest';
import { testFolder } from './data-folder.testing.ts';
import { postedCountOnce } from './posted-events.testing.ts';

const data = testFolder();

it('holds each event once, whatever was posted again because the server was killed before it answered', async () => {
  await postedCountOnce(data, 'mine', {});
});
