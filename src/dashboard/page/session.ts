/** Where the server wants a token: it comes in the address, behind `#`, or is asked for. The server keeps it as a cookie that no script reads. */
import { byId, element } from './elements.ts';

interface Session {
  readonly needed: boolean;
  readonly signedIn: boolean;
}

/** Resolves once the server lets this browser ask. */
export async function signIn(): Promise<void> {
  const given = /^#token=(.+)$/.exec(location.hash)?.[1];
  if (given !== undefined) {
    // Out of sight, and out of the history.
    history.replaceState(null, '', '#shop');
    if (await exchange(decodeURIComponent(given))) return;
  }
  const answer = await fetch('api/session');
  const { needed, signedIn } = (await answer.json()) as Session;
  if (needed && !signedIn) await askForToken();
}

async function exchange(token: string): Promise<boolean> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch('api/session', { method: 'POST', headers, body: JSON.stringify({ token }) });
  return answer.ok;
}

function askForToken(): Promise<void> {
  const input = element('input', { type: 'password', autocomplete: 'current-password', required: true });
  const wrong = element('p', { role: 'alert', class: 'worse' });
  const form = element(
    'form',
    { class: 'card span-4' },
    element('h2', {}, 'A token is needed'),
    element('p', { class: 'of' }, 'Ebb printed it when it started, or was given it as EBB_DASHBOARD_TOKEN.'),
    element('p', {}, element('label', {}, 'Token ', input)),
    element('button', { type: 'submit' }, 'Sign in'),
    wrong,
  );
  byId('content', HTMLElement).replaceChildren(element('div', { class: 'grid' }, form));
  input.focus();
  return new Promise((done) => {
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void exchange(input.value).then((isRight) => {
        if (isRight) done();
        else wrong.textContent = 'That is not the token.';
      });
    });
  });
}
