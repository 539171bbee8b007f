interface Refused {
  readonly error: { readonly message: string };
}

/** What the API answers. @throws Error with what it says where it refuses */
export async function ask<T extends object>(path: string): Promise<T> {
  const response = await fetch(path);
  const answer = (await response.json()) as T | Refused;
  if ('error' in answer) throw new Error((answer as Refused).error.message);
  return answer;
}
