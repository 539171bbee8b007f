import { defineConfig } from 'vitest/config';

// biome-ignore lint/style/noDefaultExport: vitest reads the default export.
export default defineConfig({
  // The library under its own name is its sources here, not what was last compiled of them.
  ssr: { resolve: { conditions: ['ebb-source', 'node'] } },
  test: {
    include: ['{src,topologies,schemas,connectors,datasets,nifi,sql,scripts,bench,grafana}/**/*.test.ts'],
    exclude: ['**/*.int.test.ts', '**/node_modules/**'],
    pool: 'forks',
    maxWorkers: 2,
    // Small machines share their cores: a slow test is not a wrong one.
    testTimeout: 90_000,
    hookTimeout: 90_000,
  },
});
