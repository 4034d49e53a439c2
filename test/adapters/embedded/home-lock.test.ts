import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { homeLock } from '../../../lib/adapters/embedded/home-lock.ts';

const MODULE = new URL('../../../lib/adapters/embedded/home-lock.ts', import.meta.url).href;

describe('home lock', () => {
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'foreshard-home-'));
  });
  afterEach(() => rm(home, { recursive: true }));

  it('is held by one, and free again once released', async () => {
    const lock = await homeLock(home);
    await expect(homeLock(home)).rejects.toMatchObject({
      name: 'StoreUnavailable',
      message: expect.stringContaining(`in use by process ${process.pid}`),
    });
    await lock.release();
    await (await homeLock(home)).release();
  });

  it('is taken over from a process that was killed', async () => {
    const script = `import { homeLock } from '${MODULE}'; await homeLock('${home}'); console.log('held'); setInterval(() => {}, 1e6);`;
    const holder = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(holder.stdout, 'data');
    await expect(homeLock(home)).rejects.toThrow(`in use by process ${holder.pid}`);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    await (await homeLock(home)).release();
  });

  it('is taken over from a process whose number another one has got since', async () => {
    await writeFile(join(home, 'lock'), `${process.pid} 1`);
    await (await homeLock(home)).release();
  });

  it('is taken over when nothing legible stands in it', async () => {
    await writeFile(join(home, 'lock'), '');
    await (await homeLock(home)).release();
  });
});
