import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Io } from '../../ports/io.js'

const isDirectory = async (path: string): Promise<boolean> => {
  try {
    return (await stat(path)).isDirectory()
  } catch {
    return false
  }
}

/** Whether the directory of each pipe stands; the pipes themselves are neither opened nor made. */
export const pipesObstacle: Io['obstacle'] = (paths) => async () => {
  const directories = new Set(paths.filter((path) => path.startsWith('/')).map(dirname))
  for (const directory of directories)
    if (!(await isDirectory(directory)))
      return { _tag: 'Right', right: `the directory of its log pipes is gone: ${directory}` }
  return { _tag: 'Right', right: null }
}
