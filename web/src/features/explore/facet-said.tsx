/** What is said of pictures, by files and by people: their labels and their tags. */
import { useQuery } from '@tanstack/react-query';
import * as ask from '../../api/queries';
import type { Facets } from '../../api/types';
import type { Go } from './cuts';
import { Group, Value } from './facet';
import { type Explore, pick, refine, UNTAGGED } from './state';

/** The labels of the pictures, once there are any. */
export function LabelValues({
  facets,
  state,
  go,
}: {
  facets: Facets | undefined;
  state: Explore;
  go: Go;
}) {
  const labels = facets?.labels ?? [];
  // What is asked for stays in sight, also where nothing has it any more.
  const gone = [...(state.label ?? []), ...(state.not_label ?? [])].filter(
    (value) => !labels.some((one) => one.value === value),
  );
  if (labels.length === 0 && gone.length === 0) return null;
  const most = facets?.total ?? 0;
  return (
    <Group title="Labels">
      {[...labels, ...gone.map((value) => ({ value, count: 0 }))].map(({ value, count }) => {
        const excluded = state.not_label?.includes(value) ?? false;
        return (
          <Value
            key={value}
            name={value}
            hint={`${value}. Ctrl+click adds, Alt+click excludes.`}
            count={count}
            most={most}
            active={excluded || (state.label?.includes(value) ?? false)}
            excluded={excluded}
            ways={{
              only: () =>
                excluded
                  ? go(refine(state, { not_label: pick(state.not_label, value, true) }))
                  : go(refine(state, { label: pick(state.label, value, false) })),
              add: () => go(refine(state, { label: pick(state.label, value, true) })),
              exclude: () =>
                go(
                  refine(state, {
                    label: state.label?.filter((one) => one !== value),
                    not_label: pick(state.not_label, value, true),
                  }),
                ),
            }}
          />
        );
      })}
      <Value
        name="Unlabelled"
        count={facets?.unlabelled}
        most={most}
        active={state.unlabelled ?? false}
        ways={{
          only: () => go(refine(state, { unlabelled: state.unlabelled ? undefined : true })),
        }}
      />
    </Group>
  );
}

/** The tags of the dataset, once it has any. */
export function TagValues({
  id,
  facets,
  state,
  go,
}: {
  id: string;
  facets: Facets | undefined;
  state: Explore;
  go: Go;
}) {
  const { data } = useQuery({ ...ask.tags(id), retry: false });
  if (!data || data.tags.length === 0) return null;
  const counts = new Map(facets?.tags?.map((one) => [one.id, one.count]));
  const most = facets?.total ?? 0;
  return (
    <Group title="Tags">
      {data.tags.map((tag) => {
        const excluded = state.not_tag?.includes(tag.id) ?? false;
        return (
          <Value
            key={tag.id}
            name={tag.name}
            hint={`${tag.name}. Ctrl+click adds, Alt+click excludes.`}
            count={facets ? (counts.get(tag.id) ?? 0) : undefined}
            most={most}
            active={excluded || (state.tag?.includes(tag.id) ?? false)}
            excluded={excluded}
            ways={{
              only: () =>
                excluded
                  ? go(refine(state, { not_tag: pick(state.not_tag, tag.id, true) }))
                  : go(refine(state, { tag: pick(state.tag, tag.id, false) })),
              add: () => go(refine(state, { tag: pick(state.tag, tag.id, true) })),
              exclude: () =>
                go(
                  refine(state, {
                    tag: state.tag?.filter((one) => one !== tag.id),
                    not_tag: pick(state.not_tag, tag.id, true),
                  }),
                ),
            }}
          />
        );
      })}
      <Value
        name="Untagged"
        count={facets?.untagged}
        most={most}
        active={state.tag?.includes(UNTAGGED) ?? false}
        ways={{
          only: () => go(refine(state, { tag: pick(state.tag, UNTAGGED, false) })),
          add: () => go(refine(state, { tag: pick(state.tag, UNTAGGED, true) })),
        }}
      />
    </Group>
  );
}
