import { type Lab, withLab } from '../lab/lab.js'

/** A lab lasts as long as the body that it is lent to: this one's waits for the fixture's cleanup. */
export const lent = <F extends object>(
  version: string,
  fixture: (lab: Lab) => Promise<F>,
): Promise<F & { readonly cleanup: () => Promise<void> }> =>
  new Promise((resolve, reject) => {
    let release = (): void => undefined
    const released = new Promise<void>((done) => {
      release = done
    })
    const gone = withLab({ version }, async (lab) => {
      const made = await fixture(lab)
      const cleanup = async (): Promise<void> => {
        release()
        await gone
      }
      resolve({ ...made, cleanup })
      await released
    })
    gone.catch(reject)
  })
