// The source of chance of numpy's default_rng: a seed gives the same moves here and in Python.
// O'Neill, "PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms for Random
// Number Generation", 2014 (PCG64 XSL-RR); a seed is spread by numpy's SeedSequence.

const MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n;
const BITS_128 = (1n << 128n) - 1n, BITS_64 = (1n << 64n) - 1n;

/** Four words of 64 bits from a seed below 2^32. */
function spread(seed) {
  let constant = 0x43b0d7e5;
  const hash = (value, by) => {
    value = (value ^ constant) >>> 0;
    constant = Math.imul(constant, by) >>> 0;
    value = Math.imul(value, constant) >>> 0;
    return (value ^ (value >>> 16)) >>> 0;
  };
  const mix = (x, y) => {
    const mixed = (Math.imul(x, 0xca01f9dd) - Math.imul(y, 0x4973f715)) >>> 0;
    return (mixed ^ (mixed >>> 16)) >>> 0;
  };
  const pool = [seed >>> 0, 0, 0, 0].map((word) => hash(word, 0x931e8875));
  for (let from = 0; from < 4; from++) {
    for (let to = 0; to < 4; to++) if (from !== to) pool[to] = mix(pool[to], hash(pool[from], 0x931e8875));
  }
  constant = 0x8b51f9dd;
  const words = Array.from({ length: 8 }, (_, i) => BigInt(hash(pool[i % 4], 0x58f38ded)));
  return [0, 2, 4, 6].map((i) => words[i] | (words[i + 1] << 32n));
}

export class Pcg64 {
  #state = 0n;
  #increment;

  constructor(seed) {
    const [a, b, c, d] = spread(seed);
    this.#increment = ((((c << 64n) | d) << 1n) | 1n) & BITS_128;
    this.#step();
    this.#state = (this.#state + ((a << 64n) | b)) & BITS_128;
    this.#step();
  }

  #step() {
    this.#state = (this.#state * MULTIPLIER + this.#increment) & BITS_128;
  }

  /** A number from `low` to `high`. */
  uniform(low, high) {
    this.#step();
    const folded = (this.#state >> 64n) ^ (this.#state & BITS_64), turn = this.#state >> 122n;
    const bits = ((folded >> turn) | (folded << (64n - turn))) & BITS_64;
    return low + (high - low) * (Number(bits >> 11n) / 2 ** 53);
  }
}
