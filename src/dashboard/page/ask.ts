interface Refused {
  readonly error: { readonly message: string };
}

/** What the API answers. @param body what is posted; it is asked for unless given @throws Error with what it says where it refuses */
export async function ask<T extends object>(path: string, body?: object): Promise<T> {
  const posted =
    body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(path, posted);
  const answer = (await response.json()) as T | Refused;
  if ('error' in answer) throw new Error((answer as Refused).error.message);
  return answer;
}
