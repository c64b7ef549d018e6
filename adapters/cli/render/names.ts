import { visible } from '../visible.js'

/** Length of an id as crictl shows it; long enough to be told apart, and `explain` takes it. */
const SHORT = 13

export const shortId = (id: string): string => visible(id.slice(0, SHORT))

const attempt = (text: string): string => (text === '0' ? '' : ` #${text}`)

/**
 * A name as people say it. The CRI plugin joins its parts by `_`, which none of them holds: a container's are
 * container, pod, namespace, uid, attempt; a sandbox's the last four.
 *
 * @example
 * spokenName('cart_web-7d4_shop_5f1c_1') // 'shop/web-7d4/cart #1'
 */
export const spokenName = (name: string): string => {
  const parts = name.split('_')
  const spoken = (): string => {
    const [a = '', b = '', c = '', d = '', e = ''] = parts
    if (parts.length === 5) return `${c}/${b}/${a}${attempt(e)}`
    if (parts.length === 4) return `${b}/${a}${attempt(d)}`
    return name
  }
  return visible(spoken())
}
