// SPDX-License-Identifier: BSL-1.0
// All tests in one process: to start one for each file takes longer than the tests.
import { readdirSync } from 'node:fs';

const folder = new URL('.', import.meta.url);
for (const name of readdirSync(folder).sort()) {
  if (name.endsWith('.test.mjs')) await import(new URL(name, folder));
}
