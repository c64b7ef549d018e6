export { type Place, parsePlace } from './place.js'
export { type Measured, type MetricsOptions, metricsText } from './registry.js'
export { type MetricsServer, metricsServer } from './server.js'
