/** Where a container's log lies, and where it may. */
export interface LogPlace {
  /** The folder that the log must lie below */
  readonly root: string
  readonly path: string
}

const parentOf = (path: string): string => path.slice(0, Math.max(1, path.lastIndexOf('/')))

/**
 * The place of a container's log: below its pod's log folder, which the kubelet chose; the rest of the path came with
 * the container. Where the pod is not known, the log's own folder has to do. null: it has no log (reference: an empty
 * log path is drained and thrown away).
 */
export const logPlaceOf = (logPath: string, logDirectory: string): LogPlace | null => {
  if (logPath === '') return null
  return { root: logDirectory === '' ? parentOf(logPath) : logDirectory, path: logPath }
}
