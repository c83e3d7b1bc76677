import type { Migration } from './migration.js'

/** What plugins keep for themselves (`api.state`): values in the database, blobs in the artifact store. */
export const pluginValues: Migration = {
  id: '0004-plugin-values',
  async up({ run, table }) {
    await table(
      'plugin_values',
      'plugin text not null, key {bytewise} not null, version text not null, modified bigint not null, value text, blob_id text, size bigint, primary key (plugin, key)',
    )
    await run('create index plugin_values_by_blob on plugin_values (blob_id) where blob_id is not null')
    await table(
      'plugin_blobs',
      'id text primary key, plugin text not null, size bigint not null, parts integer not null, unused_since bigint, doomed integer not null',
    )
  },
}
