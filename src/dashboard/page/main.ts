import type { PanelResult, ShopState } from '../shown.ts';
import { board } from './board.ts';
import { churnCards } from './churn/churn.ts';
import { type ConnectionState, connect } from './connection.ts';
import { customerScreen } from './customer.ts';
import { byId } from './elements.ts';
import { type Format, formatFor } from './format.ts';
import { pipelineScreen } from './pipeline/pipeline.ts';
import type { Screen } from './screen.ts';
import { signIn } from './session.ts';
import { shopCards } from './shop/shop.ts';

interface Page {
  readonly title: string;
  /** Whether range and moment say something there. */
  readonly travels: boolean;
  /** @param about what follows the name in the address */
  open(about: string): Screen;
}

const pages: Readonly<Record<string, Page>> = {
  shop: { title: 'Shop', travels: true, open: () => board(shopCards, 'The fifteen views') },
  churn: {
    title: 'Churn',
    travels: true,
    open: () => board(churnCards, 'Who is likely to leave, and what that is worth knowing'),
  },
  pipeline: { title: 'Pipeline', travels: false, open: () => pipelineScreen(formatted) },
  customer: { title: 'Customer', travels: false, open: (id) => customerScreen(id, formatted) },
};

const content = byId('content', HTMLElement);
const range = byId('range', HTMLSelectElement);
const slider = byId('moment', HTMLInputElement);
const backToNow = byId('live', HTMLButtonElement);
const clock = byId('clock', HTMLOutputElement);
const connection = byId('connection', HTMLElement);
const catchingUp = byId('catching-up', HTMLElement);

let state: ShopState | undefined;
let format: Format | undefined;
const firstFormat = Promise.withResolvers<Format>();
let shown: Screen | undefined;
let link: ConnectionState = 'connecting';
/** A moment in the past that is shown instead of now. */
let past: number | undefined;
/** Newest results, for a page that is opened later. */
const results = new Map<string, PanelResult>();
let disconnect = (): void => {};

function follow(): void {
  disconnect();
  results.clear();
  disconnect = connect({
    url: `api/panels/live?range=${range.value}`,
    on: {
      shop: (data) => takeState(data as ShopState),
      panel: (data) => takePanel(data as PanelResult),
    },
    onState(next) {
      link = next;
      showConnection();
    },
  });
}

function takeState(next: ShopState): void {
  const former = state;
  state = next;
  const reads = former?.zone === next.zone && former.currency === next.currency;
  if (!reads) {
    format = formatFor(next);
    firstFormat.resolve(format);
  }
  byId('shop-name', HTMLElement).textContent = next.shop;
  const behind = next.toRead - next.read;
  catchingUp.hidden = next.toRead === 0 || behind < 10_000;
  const [progress, words] = catchingUp.children;
  if (progress instanceof HTMLProgressElement) progress.value = next.toRead === 0 ? 0 : next.read / next.toRead;
  if (words instanceof HTMLElement && format !== undefined)
    words.textContent = `reading the log: ${format.count(behind)} records to go`;
  showClock();
  // Panels may have come first, and not have been written as they are to be.
  if (!reads && past === undefined) showAll([...results.values()]);
}

/** How the shop's numbers are written, once that is known. */
function formatted(): Promise<Format> {
  return format === undefined ? firstFormat.promise : Promise.resolve(format);
}

function takePanel(result: PanelResult): void {
  results.set(result.id, result);
  if (past === undefined && format !== undefined) shown?.show(result, format);
}

function showConnection(): void {
  const words = { connecting: 'connecting…', live: 'live', lost: 'connection lost, trying again…' };
  const isPast = link === 'live' && past !== undefined;
  connection.dataset.state = isPast ? 'past' : link;
  const text = connection.querySelector('.text');
  const next = isPast ? 'looking back' : words[link];
  if (text !== null && text.textContent !== next) text.textContent = next;
}

function showClock(): void {
  clock.textContent = state?.now == null || format === undefined ? 'no data yet' : format.moment(past ?? state.now);
}

function momentOfSlider(): number | undefined {
  if (state?.now == null || state.first === null || slider.value === slider.max) return undefined;
  return Math.round(state.first + ((state.now - state.first) * Number(slider.value)) / Number(slider.max));
}

let asked = 0;
async function lookBack(): Promise<void> {
  past = momentOfSlider();
  backToNow.hidden = past === undefined;
  showConnection();
  showClock();
  asked += 1;
  const mine = asked;
  if (past === undefined) return showAll([...results.values()]);
  content.setAttribute('aria-busy', 'true');
  try {
    const response = await fetch(`api/panels?range=${range.value}&at=${past}`);
    if (!response.ok) throw new Error(`the server answers ${response.status}`);
    const { panels } = (await response.json()) as { panels: readonly PanelResult[] };
    // The slider may have moved on meanwhile.
    if (mine === asked) showAll(panels);
  } catch (error) {
    clock.textContent = `cannot look back: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    if (mine === asked) content.removeAttribute('aria-busy');
  }
}

function showAll(all: readonly PanelResult[]): void {
  if (format === undefined) return;
  for (const result of all) shown?.show(result, format);
}

function route(): void {
  const [name = '', about = ''] = location.hash.slice(1).split('/');
  const page = pages[name] ?? pages.shop;
  if (page === undefined) return;
  for (const tab of document.querySelectorAll('#tabs a'))
    if (tab.getAttribute('href') === `#${name === '' ? 'shop' : name}`) tab.setAttribute('aria-current', 'page');
    else tab.removeAttribute('aria-current');
  document.title = `${page.title} · Ebb`;
  shown?.close();
  shown = page.open(decodeURIComponent(about));
  byId('when', HTMLElement).hidden = !page.travels;
  content.replaceChildren(shown.element);
  if (past === undefined || !page.travels) showAll([...results.values()]);
  else void lookBack();
  content.focus({ preventScroll: true });
}

slider.addEventListener('input', () => {
  past = momentOfSlider();
  showClock();
});
slider.addEventListener('change', () => void lookBack());
backToNow.addEventListener('click', () => {
  slider.value = slider.max;
  void lookBack();
});
range.addEventListener('change', () => {
  follow();
  if (past !== undefined) void lookBack();
});
addEventListener('hashchange', route);
await signIn();
route();
follow();
