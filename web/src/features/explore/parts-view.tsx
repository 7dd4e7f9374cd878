import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { BoxSelect, FilterX } from 'lucide-react';
import { useCallback } from 'react';
import * as ask from '../../api/queries';
import { stateOf } from '../../api/renew';
import type { ObjectPage } from '../../api/types';
import { plural } from '../../format';
import { rectangular } from '../../grid/geometry';
import { NOTHING } from '../../grid/selection';
import { writeSearch } from '../../search';
import { Empty } from '../../ui/bits';
import { Button } from '../../ui/button';
import { Code } from '../../ui/copy';
import { Fault } from '../../ui/error';
import { upCommand } from '../../up-command';
import { Group, Value } from './facet';
import { Grid } from './grid';
import { useListing, useVersion } from './listing';
import { Pane } from './pane';
import { Parts, partsKey, partsQuery } from './parts';
import { type Explore, hasFilter, pick, refine } from './state';
import { GridArea, SizeSlider, useTiles } from './tiles';

/** What boxes show, cut out of their pictures. */
export function PartsView({ id, state }: { id: string; state: Explore }) {
  const navigate = useNavigate({ from: '/dataset/$id/data' });
  const { data: dataset } = useQuery(ask.dataset(id));
  const { data: marks } = useQuery(ask.marks(id));
  const version = dataset ? `${stateOf(dataset)} ${state.tag || state.not_tag ? marks : 0}` : null;
  const at = state.at ?? 0;
  const key = partsKey(id, state);
  const parts = useListing(key, (whole) => new Parts(id, partsQuery(state), whole), version, at);
  useVersion(parts);
  const { total } = parts;
  const { size, set, sideFor, onRest } = useTiles(id, state);
  const geometryFor = useCallback(
    (width: number) => rectangular(total ?? 0, width, sideFor(width)),
    [sideFor, total],
  );
  const opened = useCallback(
    (index: number) => ({ ...state, at: index, box: parts.item(index)?.part?.id }),
    [parts, state],
  );
  const hrefOf = useCallback(
    (index: number) => {
      const item = parts.item(index);
      return item ? `/dataset/${id}/data/image/${item.id}${writeSearch(opened(index))}` : '#';
    },
    [id, opened, parts],
  );
  const onOpen = useCallback(
    (index: number) => {
      const item = parts.item(index);
      if (!item) return;
      navigate({
        to: '/dataset/$id/data/image/$mediaId',
        params: { id, mediaId: item.id },
        search: opened(index),
      });
    },
    [id, navigate, opened, parts],
  );
  const { error } = parts.pages;
  const labels = parts.labels(at) ?? parts.labels(0) ?? [];
  return (
    <Pane id={id} state={state} facets={<BoxLabels id={id} state={state} labels={labels} />}>
      {() => (
        <GridArea
          fault={
            error && (
              <Fault
                what="The boxes could not be listed"
                cause={error}
                onRetry={() => {
                  parts.pages.retry();
                  parts.pages.want(at, at);
                }}
              />
            )
          }
          waits={total === null ? 'the boxes' : null}
          bar={
            <div
              role="toolbar"
              aria-label="Layout"
              className="flex h-11 shrink-0 items-center gap-2 border-t border-line px-3"
            >
              <span className="min-w-0 grow truncate text-13 text-soft" aria-live="polite">
                {total !== null && plural(total, 'box', 'boxes')}
              </span>
              <SizeSlider size={size} onSize={(now) => set({ size: now })} />
            </div>
          }
        >
          {total !== null && total > 0 && (
            <Grid
              key={key}
              name="Boxes"
              datasetId={id}
              result={parts}
              geometryFor={geometryFor}
              selection={NOTHING}
              onSelect={null}
              onOpen={onOpen}
              onFocus={() => {}}
              hrefOf={hrefOf}
              begin={Math.min(at, total - 1)}
              onRest={onRest}
            />
          )}
          {total === 0 && !error && (
            <NoBoxes
              filtered={hasFilter(state) || state.object !== undefined}
              source={dataset?.source_uri}
              onClear={() =>
                navigate({
                  to: '/dataset/$id/data',
                  params: { id },
                  search: { view: 'objects' },
                })
              }
            />
          )}
        </GridArea>
      )}
    </Pane>
  );
}

/** Labels of the boxes, to choose among. */
function BoxLabels({
  id,
  state,
  labels,
}: {
  id: string;
  state: Explore;
  labels: ObjectPage['labels'];
}) {
  const navigate = useNavigate({ from: '/dataset/$id/data' });
  // What is asked for stays in sight, also where nothing has it any more.
  const gone = (state.object ?? []).filter((value) => !labels.some((one) => one.value === value));
  if (labels.length === 0 && gone.length === 0) return null;
  const most = labels.reduce((sum, one) => sum + one.count, 0);
  const go = (object: string[] | undefined) =>
    navigate({ to: '/dataset/$id/data', params: { id }, search: refine(state, { object }) });
  return (
    <div className="border-b border-line">
      <Group title="Boxes">
        {[...labels, ...gone.map((value) => ({ value, count: 0 }))].map(({ value, count }) => (
          <Value
            key={value}
            name={value}
            hint={`${value}. Ctrl+click adds.`}
            count={count}
            most={most}
            active={state.object?.includes(value) ?? false}
            ways={{
              only: () => go(pick(state.object, value, false)),
              add: () => go(pick(state.object, value, true)),
            }}
          />
        ))}
      </Group>
    </div>
  );
}

function NoBoxes({
  filtered,
  source,
  onClear,
}: {
  filtered: boolean;
  source: string | undefined;
  onClear: () => void;
}) {
  if (filtered) {
    return (
      <Empty icon={<FilterX size={40} strokeWidth={1.5} />} title="No box matches">
        <p>No picture that passes the filters has such a box.</p>
        <Button onClick={onClear}>Clear the filters</Button>
      </Empty>
    );
  }
  return (
    <Empty icon={<BoxSelect size={40} strokeWidth={1.5} />} title="No boxes in this dataset">
      <p>
        Boxes come from annotation files: COCO JSON, CSV, Parquet or YOLO. Put{' '}
        <code className="font-mono">annotations.json</code> or{' '}
        <code className="font-mono">object_annotations.csv</code> among the pictures and index
        again, name a file in the settings of this dataset, or give one from a shell:
      </p>
      <div className="w-full text-left text-ink">
        <Code text={upCommand(source, { annotations: 'instances.json' })} what="command" />
      </div>
    </Empty>
  );
}
