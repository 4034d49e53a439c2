/**
 * Stands for the SDK's event streams in the bundles: S3 has them for the one call that is never made here,
 * `SelectObjectContent`, and loads 15 kB of them with its client.
 */
export const eventStreamSerdeProvider = () => ({});

export function resolveEventStreamSerdeConfig<Config extends object>(config: Config): Config {
  return Object.assign(config, { eventStreamMarshaller: {} });
}

export class EventStreamSerde {
  constructor() {
    throw new Error('event streams are left out of the bundle: take the alias out of infra/bundle.ts');
  }
}
