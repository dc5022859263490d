// The benchmark of matching in WebAssembly: the matcher beside a BLS12-381 pairing of mcl-wasm, in one process.
// Knows the program that main.rs builds and the peer; does not know how they work.
// Specified in specs/performance.md §1.5.
import { readFileSync } from 'node:fs';
import mcl from 'mcl-wasm';
import { run } from './program.mjs';

const HELP = `run [--json] [--rounds N] [--width W] [--size N,T]...
  --json       one object instead of lines
  --rounds N   every subject once in each round, median of the rounds (7)
  --width W    the comb of this width instead of the planner's choice
  --size N,T   only this many keys and tokens, again and again`;
const SIZES = [[10, 1], [100, 1], [1_000, 1], [10_000, 1], [10, 8], [100, 8], [1_000, 8], [10_000, 8]];
const LONG_ENOUGH_NS = 100e6;

// CPU time of the process in nanoseconds: wall time would count what else the machine does.
function now() {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1e3;
}

// One sample: the program measures itself by the clock above and prints one line.
async function sample(module, numbers) {
  const line = (await run(module, numbers, now)).trim();
  const space = line.indexOf(' ');
  return { ns: Number(line.slice(0, space)), plan: line.slice(space + 1) };
}

async function pairing() {
  await mcl.init(mcl.BLS12_381);
  const p = mcl.hashAndMapToG1('code');
  const q = mcl.hashAndMapToG2('hour');
  return () => {
    const start = now();
    let times = 0;
    let spent = 0;
    while (spent < LONG_ENOUGH_NS) {
      if (mcl.pairing(p, q).isZero()) throw new Error('a pairing of generators is not zero');
      times += 1;
      spent = now() - start;
    }
    return spent / times;
  };
}

function median(samples) {
  return samples.sort((a, b) => a - b)[samples.length >> 1];
}

function asked() {
  const asked = { json: false, rounds: 7, width: [], sizes: [] };
  const words = process.argv.slice(3);
  while (words.length > 0) {
    const word = words.shift();
    if (word === '--json') asked.json = true;
    else if (word === '--rounds') asked.rounds = Number(words.shift());
    else if (word === '--width') asked.width = [Number(words.shift())];
    else if (word === '--size') asked.sizes.push(words.shift().split(',').map(Number));
    else {
      console.log(HELP);
      process.exit(word === '--help' ? 0 : 2);
    }
  }
  if (asked.sizes.length === 0) asked.sizes = SIZES;
  return asked;
}

const { json, rounds, width, sizes } = asked();
const module = await WebAssembly.compile(readFileSync(process.argv[2]));
await run(module, ['check'], now);
const pair = await pairing();
const subjects = sizes.map(([n, t]) => ({ n, t, ns: [], pairing: [], plan: '' }));
// Round 0 is thrown away: the engine still compiles.
for (let round = 0; round <= rounds; round += 1) {
  for (const subject of subjects) {
    const peer = pair();
    const { ns, plan } = await sample(module, [subject.n, subject.t, ...width]);
    subject.plan = plan;
    if (round > 0) {
      subject.ns.push(ns);
      subject.pairing.push(peer);
    }
  }
}
const measured = subjects.map(({ n, t, ns, pairing, plan }) => {
  const [own, peer] = [median(ns), median(pairing)];
  return { n, t, path: 'wasm', plan, ns_a_trial: { wasm: own, mcl: peer }, ratios: { mcl: peer / own } };
});
if (json) {
  console.log(JSON.stringify({ node: process.version, v8: process.versions.v8, rounds, sizes: measured }, null, 2));
} else {
  console.log(`node ${process.version} v8 ${process.versions.v8}`);
  for (const { n, t, ratios } of measured) console.log(`ratio wasm mcl n=${n} t=${t} ${ratios.mcl.toFixed(1)}`);
  for (const { n, t, plan, ns_a_trial: { wasm, mcl } } of measured) {
    console.log(`ns n=${n} t=${t} wasm ${wasm.toFixed(0)} mcl ${mcl.toFixed(0)} a-second ${(1e9 / wasm).toFixed(0)} ${plan}`);
  }
}
