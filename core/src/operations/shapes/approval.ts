import { oneOf, structure, text } from '../../shape/shape.js'

/** An approval's answer (A1). */
export const approvalResult = structure({ summary: text({ min: 0, max: 512 }), status: oneOf('Approved', 'Rejected') })
