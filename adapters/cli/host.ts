/** What a command may know of the process that it runs in, and nothing else: tests stand in for it. */
export interface Host {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  readonly outIsTerminal: boolean
  readonly errIsTerminal: boolean
  /** Whether standard error goes to systemd's journal. */
  readonly errIsJournal: boolean
  readonly env: Readonly<Record<string, string | undefined>>
  /** ns since 1970 */
  readonly now: () => bigint
  /** Resolves with the signal that asks this process to end. */
  readonly told: () => Promise<string>
}
