import { describeExcuses, describeLaws } from './suite.js'

describeLaws('safe')
describeExcuses()
