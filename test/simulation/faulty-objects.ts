import { collect } from '../../lib/core/collect.ts';
import type { ObjectInfo, ObjectStore } from '../../lib/ports/object-store.ts';
import { call } from './faulty-call.ts';
import type { Actor, World } from './world.ts';

/** The object store as one actor sees it: with the faults of the table, but every object is there whole or not at all. */
export function faultyObjects(world: World, actor: Actor): ObjectStore {
  const { objects } = world;
  const asked = <Result>(name: string, key: string, apply: () => Promise<Result>) =>
    call(world, actor, { name: `object ${name}`, key, isWrite: name === 'put' || name === 'delete', apply });
  return {
    put: (location, body, options) => asked('put', location, () => objects.put(location, body, options)),
    get: (location, range) => asked('get', location, () => objects.get(location, range)),
    info: (location) => asked('info', location, () => objects.info(location)),
    delete: (location) => asked('delete', location, () => objects.delete(location)),
    async *list(prefix): AsyncGenerator<ObjectInfo> {
      yield* await asked('list', prefix, () => collect(objects.list(prefix)));
    },
  };
}
