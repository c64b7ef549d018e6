import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { PluginRecord } from '../../core/records.js'
import type { Introspection } from '../../ports/introspection.js'
import { unary } from './call.js'
import type { Channel } from './channel.js'
import { reading, translate } from './failures.js'
import {
  IntrospectionService,
  type Plugin,
} from './gen/containerd/services/introspection/v1/introspection.js'
import { VersionService } from './gen/containerd/services/version/v1/version.js'

const record = ({ type, id, initErr }: Plugin): PluginRecord => ({
  type,
  id,
  error: initErr === undefined ? null : initErr.message || `code ${initErr.code}`,
})

/** What containerd says of itself, over gRPC. */
export const introspection = (channel: Channel): Introspection => ({
  version: (signal) =>
    pipe(
      unary(channel, VersionService.version, {}, signal),
      TE.bimap(translate(channel, reading('get the version')), ({ version }) => version),
    ),
  plugins: (signal) =>
    pipe(
      unary(channel, IntrospectionService.plugins, { filters: [] }, signal),
      TE.bimap(translate(channel, reading('list plugins')), ({ plugins }) => plugins.map(record)),
    ),
})
