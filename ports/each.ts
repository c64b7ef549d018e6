/**
 * Runs `use` over all items, at most `limit` at once, and answers in the order of the items. Each item's work begins
 * when its turn comes, so a deadline set in `use` starts then (L9).
 */
export const each = async <A, B>(
  limit: number,
  items: readonly A[],
  use: (item: A) => Promise<B>,
): Promise<readonly B[]> => {
  const results: B[] = []
  const queue = items.entries()
  const worker = async (): Promise<void> => {
    for (const [at, item] of queue) results[at] = await use(item)
  }
  await Promise.all(Array.from({ length: Math.max(1, Math.min(limit, items.length)) }, worker))
  return results
}
