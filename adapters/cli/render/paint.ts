import { styleText } from 'node:util'

export type Style = 'red' | 'yellow' | 'green' | 'cyan' | 'dim' | 'bold'

/** Colours text, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string

export const plainPaint: Paint = (_style, text) => text

// Whether there is a terminal was asked already, and of the right stream.
const colourPaint: Paint = (style, text) => styleText(style, text, { validateStream: false })

export const paintFor = (colour: boolean): Paint => (colour ? colourPaint : plainPaint)
