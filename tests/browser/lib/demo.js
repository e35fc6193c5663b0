/** The demo as a process: `make demo` without make. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { writeSale } from './sale.js';

const START_MS_MAX = 20_000;
const STOP_MS_MAX = 40_000;
const LOOK_EVERY_MS = 50;

const TARGET = process.env.CARGO_TARGET_DIR ?? join(homedir(), '.cache/doorbuster/target');

export class Demo {
  #process;
  #folder;
  #said = '';

  /** Starts a fleet with two edges that sells `sale`, and waits until it is ready. `variables`: more of the demo's own. */
  static async start(sale, variables = {}) {
    const demo = new Demo();
    demo.#folder = await mkdtemp(join(tmpdir(), 'doorbuster-browser-'));
    await demo.#launch(await writeSale(demo.#folder, sale), variables);
    return demo;
  }

  async #launch(saleFile, variables) {
    const plain = { EDGES: '2', SHOPPERS: '', PORT: '', ONCE: '', POLICY: '', WEIGHTS: '', SHOPS: '' };
    const env = { ...process.env, ...plain, ...variables, DEMO_DIR: this.#folder, SALE: saleFile };
    this.#process = spawn(join(TARGET, 'release/demo'), { env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream.on('data', (text) => (this.#said += text));
    }
    this.addresses = await this.#poll('the demo is ready', START_MS_MAX, async () => {
      if (this.#process.exitCode !== null) throw new Error(`the demo ended:\n${this.#said}`);
      return readJson(join(this.#folder, 'addresses.json'));
    });
  }

  /** The shop's address on an edge, from 0. */
  shop(edge, path = '/') {
    return this.addresses.edges[edge].shop + path;
  }

  /** Waits until the ledger's figures of the one sale satisfy `holds`. */
  async ledger(what, holds) {
    return this.#poll(what, START_MS_MAX, async () => {
      const response = await fetch(`${this.addresses.allocator.console}/api/snapshot`);
      const [sale] = (await response.json()).sales;
      return holds(sale) ? sale : undefined;
    });
  }

  async closeSale(sale) {
    const url = `${this.addresses.allocator.console}/api/sales/${sale}/close`;
    const response = await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' });
    if (!response.ok) throw new Error(`close: ${response.status} ${await response.text()}`);
  }

  /** Ctrl-C; gives the final report. Throws unless the demo ends well. */
  async stop() {
    const ended = new Promise((resolve) => this.#process.once('exit', (code, signal) => resolve(code ?? signal)));
    this.#process.kill('SIGINT');
    const late = new AbortController();
    const code = await Promise.race([ended, pause(STOP_MS_MAX, 'late', { signal: late.signal })]);
    late.abort();
    if (code !== 0) {
      this.#process.kill('SIGKILL');
      throw new Error(`the demo ended with ${code}; its files are in ${this.#folder}\n${this.#said}`);
    }
    const report = await readJson(join(this.#folder, 'report.json'));
    await rm(this.#folder, { recursive: true });
    return report;
  }

  async #poll(what, boundMs, look) {
    const deadline = Date.now() + boundMs;
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      if (Date.now() > deadline) throw new Error(`waited ${boundMs} ms in vain: ${what}\n${this.#said}`);
      await pause(LOOK_EVERY_MS);
    }
  }
}

async function readJson(path) {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}
