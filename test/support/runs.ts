/** How often a property is tried: `RUNS=1000000` for a long look. */
const { RUNS: asked } = process.env

export const RUNS = asked !== undefined && /^[1-9][0-9]*$/.test(asked) ? Number(asked) : 1000
