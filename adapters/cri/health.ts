import type { Server } from '@grpc/grpc-js'
import { HealthImplementation, type ServingStatus } from 'grpc-health-check'
import type { ServedNode } from '../../ports/service.js'
import { IMAGES, RUNTIME } from './offered.js'

/** Whether the answers here are those of a recovered node: while containerd is gone they still are. */
const healthOf = ({ phase, recoveredAt }: ServedNode): ServingStatus =>
  recoveredAt !== null && phase !== 'stopping' ? 'SERVING' : 'NOT_SERVING'

/** Adds gRPC's health service. What it returns has those who watch told of a change; cheap where there is none. */
export const addHealth = (server: Server, node: () => ServedNode): (() => void) => {
  let told = healthOf(node())
  const names = ['', RUNTIME, IMAGES]
  const health = new HealthImplementation(Object.fromEntries(names.map((name) => [name, told])))
  health.addToServer(server)
  return () => {
    const now = healthOf(node())
    if (now === told) return
    told = now
    for (const name of names) health.setStatus(name, now)
  }
}
