/** The variables of the shop's dashboard, as Grafana asks for them. Pure. */

interface Variable {
  readonly name: string;
  readonly label: string;
  /** SQL of a query; the value of a text box otherwise. */
  readonly query: string;
  readonly kind: 'query' | 'textbox';
  readonly hidden?: true;
}

export const shopVariables: readonly Variable[] = [
  { name: 'shop', label: 'Shop', kind: 'query', query: 'select distinct shop from client_profiles order by shop' },
  {
    name: 'now',
    label: 'Complete until',
    kind: 'query',
    hidden: true,
    query: 'select coalesce(max(window_end), 0) from category_metrics where shop = ${shop:sqlstring} and complete = 1',
  },
  { name: 'margin', label: 'Margin', kind: 'textbox', query: '1' },
  { name: 'minor', label: 'Minor units in one of the currency', kind: 'textbox', query: '100' },
];

export function variableJson({ name, label, kind, query, hidden }: Variable): object {
  const shown = { name, label, hide: hidden === true ? 2 : 0 };
  if (kind === 'textbox') return { ...shown, type: 'textbox', query, current: { text: query, value: query } };
  const datasource = { type: 'mysql', uid: 'ebb-mariadb' };
  // 2: again whenever the range changes, so that `now` goes on.
  return { ...shown, type: 'query', datasource, query, definition: query, refresh: 2, sort: 1 };
}
