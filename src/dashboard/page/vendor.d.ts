/** Chart.js as one script, served from node_modules: it puts `Chart` into the global scope. */
declare module '*/vendor/chart.js' {
  const nothing: undefined;

  export { nothing };
}
