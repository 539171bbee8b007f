const LONGEST_ANSWER = 2_000;

/** `undefined` when the address answers well, else what is wrong. */
export async function missingAt(url: string): Promise<string | undefined> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(LONGEST_ANSWER) });
    await answer.body?.cancel();
    return answer.ok ? undefined : `${url} answers ${answer.status}`;
  } catch (error) {
    // Refused or cut off: what was looked for.
    return `${url} does not answer: ${error instanceof Error ? error.message : String(error)}`;
  }
}
