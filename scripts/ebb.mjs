#!/usr/bin/env node
import { run } from './bootstrap.mjs';

run('production', 'src/cli.ts', process.argv.slice(2));
