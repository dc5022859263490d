// The few calls of WASI that a program needs which reads arguments and the time and writes lines.
// Knows the program's memory; does not know what it does.
// Specified in specs/performance.md §1.5.

// Runs a WASI program once with these arguments, and gives what it wrote. `now` gives nanoseconds.
export async function run(module, words, now) {
  const encoded = ['program', ...words].map((word) => new TextEncoder().encode(`${word}\0`));
  const [out, err] = [[], []];
  let memory;
  const view = () => new DataView(memory.buffer);
  const wasi_snapshot_preview1 = {
    args_sizes_get(count, size) {
      view().setUint32(count, encoded.length, true);
      view().setUint32(size, encoded.reduce((sum, word) => sum + word.length, 0), true);
      return 0;
    },
    args_get(pointers, bytes) {
      for (const word of encoded) {
        view().setUint32(pointers, bytes, true);
        new Uint8Array(memory.buffer).set(word, bytes);
        pointers += 4;
        bytes += word.length;
      }
      return 0;
    },
    environ_sizes_get(count, size) {
      view().setUint32(count, 0, true);
      view().setUint32(size, 0, true);
      return 0;
    },
    environ_get: () => 0,
    clock_time_get(_clock, _precision, at) {
      view().setBigUint64(at, BigInt(Math.round(now())), true);
      return 0;
    },
    fd_write(stream, vectors, count, written) {
      let total = 0;
      for (let i = 0; i < count; i += 1) {
        const [start, length] = [view().getUint32(vectors + 8 * i, true), view().getUint32(vectors + 8 * i + 4, true)];
        (stream === 1 ? out : err).push(new Uint8Array(memory.buffer).slice(start, start + length));
        total += length;
      }
      view().setUint32(written, total, true);
      return 0;
    },
    proc_exit(code) {
      throw new Error(`it ended with ${code}`);
    },
  };
  const instance = await WebAssembly.instantiate(module, { wasi_snapshot_preview1 });
  memory = instance.exports.memory;
  const text = (chunks) => Buffer.concat(chunks).toString('utf8');
  try {
    instance.exports._start();
  } catch (cause) {
    throw new Error(`the program stopped: ${text(err)}`, { cause });
  }
  return text(out);
}
