/** The boxes in the pictures of a filter, as the grid reads them. */
import { get, type Query } from '../../api/client';
import type { ObjectPage } from '../../api/types';
import { type Item, Listing, recalled } from './listing';
import { type Explore, filterOf } from './state';

export class Parts extends Listing<ObjectPage> {
  constructor(datasetId: string, query: Query, key: string) {
    super(key, (offset, limit, signal) =>
      get<ObjectPage>(`/dataset/${datasetId}/objects`, { ...query, offset, limit }, signal),
    );
  }

  /** How many boxes have each label, the most frequent first, as the last page told. */
  labels(index: number): ObjectPage['labels'] | undefined {
    return this.pages.get(index)?.page.labels;
  }

  item(index: number): Item | null {
    const found = this.pages.get(index);
    const one = found?.page.items[found.at];
    if (!one) return null;
    const [, , width, height] = one.bbox;
    return {
      index,
      id: one.media_id,
      path: one.original_uri,
      width,
      height,
      colour: one.measures.mean_colour,
      worst: null,
      copies: 0,
      v: undefined,
      distance: undefined,
      part: { id: one.object_id, label: one.label, source: one.crop_uri },
    };
  }
}

/** What the API is asked for: pictures that pass the filter, and of their boxes those named. */
export const partsQuery = (state: Explore): Query => ({
  ...filterOf(state),
  object_labels: state.object && JSON.stringify(state.object),
});

export const partsKey = (datasetId: string, state: Explore) =>
  `${datasetId} boxes ${JSON.stringify(partsQuery(state))}`;

/** The boxes of this question as they were seen last. */
export const recentParts = (datasetId: string, state: Explore): Parts =>
  recalled(partsKey(datasetId, state), (key) => new Parts(datasetId, partsQuery(state), key));
