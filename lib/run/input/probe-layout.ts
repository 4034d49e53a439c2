import { ForeshardError } from '../../core/foreshard-error.ts';
import { parseStrictly } from '../../core/parse-strictly.ts';
import type { ObjectInfo, ObjectLocation, ObjectStore } from '../../ports/object-store.ts';
import { InputLayout } from '../../shards/input-layout.ts';
import type { DataSource } from '../../workflow/definition.ts';
import { requireSource, type SourceRegistry } from '../define-source.ts';

/** Objects of one input; more are grouped into fewer, larger ones. */
const OBJECTS_MAX = 100_000;

/** Footers that are read at once. */
const PROBES_AT_ONCE = 16;

/**
 * Finds out what an input consists of, and where it can be cut. Text is only measured, of Parquet the footers are read, of CSV one header when columns are named.
 *
 * @param source a location that ends in `/` is a prefix: every object under it, in code unit order
 * @param sources of the user's own, for inputs of the kind `custom`
 * @throws {ForeshardError} `MissingObject` when nothing lies there; `CorruptData` when a Parquet object is cut off or
 *   is none; `InvalidInput` when there are more than {@link OBJECTS_MAX} objects, or CSV has not the columns
 * @complexity one request per location or thousand objects; for Parquet one or two more per object
 */
export async function probeLayout(
  source: DataSource,
  objects: ObjectStore,
  sources?: SourceRegistry,
): Promise<InputLayout> {
  switch (source.kind) {
    case 'keys':
      return keyLayout(source.to - source.from);
    case 'parquet':
      return rowLayout(await infosAt(source.location, objects), objects);
    case 'objects':
      return objectLayout(await infosAt(source.location, objects, source.stream !== undefined));
    case 'custom':
      return customLayout(source, objects, sources);
    case 'csv':
      return csvLayout(source, objects);
    default:
      return byteLayout(await infosAt(source.location, objects));
  }
}

/** Columns that are asked for are looked for in one header: a wrong name shall be told before anything runs. */
async function csvLayout(source: DataSource & { readonly kind: 'csv' }, objects: ObjectStore): Promise<InputLayout> {
  const layout = byteLayout(await infosAt(source.location, objects));
  const first = layout.objects.find(({ sizeBytes }) => sizeBytes > 0);
  if (source.columns !== undefined && first !== undefined) {
    const { readCsvHeader } = await import('./csv-header.ts');
    await readCsvHeader(first, source, objects);
  }
  return layout;
}

/** What comes from outside of the project is parsed like everything else from outside. */
async function customLayout(
  { source: name, location, params }: DataSource & { readonly kind: 'custom' },
  objects: ObjectStore,
  sources: SourceRegistry | undefined,
): Promise<InputLayout> {
  const source = requireSource(sources, name);
  const layout = await source.layout({ location, params: source.params?.parse(params) ?? params, objects });
  return parseStrictly(InputLayout, layout, `layout of '${location}' by data source '${name}'`);
}

/** @param mayBeEmpty what is not there yet may come */
async function infosAt(
  location: ObjectLocation,
  objects: ObjectStore,
  mayBeEmpty = false,
): Promise<readonly ObjectInfo[]> {
  if (!location.endsWith('/')) {
    const info = await objects.info(location);
    if (info === undefined) throw missing(location);
    return [info];
  }
  const infos: ObjectInfo[] = [];
  for await (const info of objects.list(location)) {
    if (infos.length === OBJECTS_MAX) throw tooMany(location);
    infos.push(info);
  }
  if (infos.length === 0 && !mayBeEmpty) throw missing(location);
  return infos;
}

function keyLayout(keyCount: number): InputLayout {
  return {
    unit: 'key',
    unitCount: keyCount,
    segments: [{ units: keyCount, bytes: keyCount }],
    cutInside: true,
    objects: [],
  };
}

function byteLayout(infos: readonly ObjectInfo[]): InputLayout {
  return {
    unit: 'byte',
    unitCount: infos.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    segments: infos.map(({ sizeBytes }) => ({ units: sizeBytes, bytes: sizeBytes })),
    cutInside: true,
    objects: infos.map(({ location, sizeBytes }) => ({ location, units: sizeBytes, sizeBytes })),
  };
}

function objectLayout(infos: readonly ObjectInfo[]): InputLayout {
  return {
    unit: 'object',
    unitCount: infos.length,
    segments: infos.map(({ sizeBytes }) => ({ units: 1, bytes: sizeBytes })),
    cutInside: false,
    objects: infos.map(({ location, sizeBytes }) => ({ location, units: 1, sizeBytes })),
  };
}

async function rowLayout(infos: readonly ObjectInfo[], objects: ObjectStore): Promise<InputLayout> {
  const files: { readonly info: ObjectInfo; readonly groups: InputLayout['segments'] }[] = [];
  for (let from = 0; from < infos.length; from += PROBES_AT_ONCE) {
    const batch = infos.slice(from, from + PROBES_AT_ONCE);
    files.push(...(await Promise.all(batch.map(async (info) => ({ info, groups: await rowGroups(info, objects) })))));
  }
  return {
    unit: 'row',
    unitCount: files.reduce((sum, { groups }) => sum + rowsIn(groups), 0),
    segments: files.flatMap(({ groups }) => groups),
    cutInside: false,
    objects: files.map(({ info, groups }) => ({ ...info, units: rowsIn(groups) })),
  };
}

function rowsIn(groups: InputLayout['segments']): number {
  return groups.reduce((sum, { units }) => sum + units, 0);
}

async function rowGroups(info: ObjectInfo, objects: ObjectStore): Promise<InputLayout['segments']> {
  const { openParquet } = await import('./parquet-file.ts');
  const { metadata } = await openParquet(info, objects);
  return metadata.row_groups.map(({ num_rows, columns }) => ({
    units: Number(num_rows),
    bytes: columns.reduce((sum, { meta_data }) => sum + Number(meta_data?.total_compressed_size ?? 0), 0),
  }));
}

function missing(location: ObjectLocation): ForeshardError {
  return new ForeshardError(
    'MissingObject',
    `nothing lies at '${location}'; name an object that exists, or a prefix with objects under it that ends in '/'`,
  );
}

function tooMany(location: ObjectLocation): ForeshardError {
  return new ForeshardError(
    'InvalidInput',
    `more than ${OBJECTS_MAX} objects lie under '${location}'; name a longer prefix or join small objects`,
  );
}
