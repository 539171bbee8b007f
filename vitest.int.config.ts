import { defineConfig } from 'vitest/config';

// biome-ignore lint/style/noDefaultExport: vitest reads the default export.
export default defineConfig({
  test: {
    include: ['{src,connectors,scripts,grafana}/**/*.int.test.ts'],
    pool: 'forks',
    // They share servers and ports.
    fileParallelism: false,
    // Servers of one's own start in seconds, on a busy machine in minutes.
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
