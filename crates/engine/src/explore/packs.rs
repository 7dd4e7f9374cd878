//! The vectors of pictures, in the order of an index: read pack by pack, and let go with the last
//! picture of each.
//!
//! Pictures that were taken in together lie in one pack and near each other by path, so few packs
//! are held at a time. Where they lie all over, those are held that are still needed.

use std::{cell::RefCell, collections::HashMap};

use half::{f16, slice::HalfFloatSliceExt};
use lamina_model::{Placement, SegmentId};
use lamina_store::{Error as StoreError, Segment, Store};
use tokio::runtime::Handle;

/// Packs that are read on a thread that may wait.
pub(super) struct Packs {
    store: Store,
    runtime: Handle,
    dimensions: usize,
    of: RefCell<HashMap<SegmentId, Pack>>,
}

struct Pack {
    segment: Segment,
    vectors: Option<Vec<f16>>,
    /// Pictures of it that were not asked for yet.
    left: usize,
}

impl Packs {
    /// `segments` are those whose vectors count, `wanted` where all pictures lie that will be asked
    /// for. To be made on the runtime.
    pub(super) fn new<'a>(
        store: &Store,
        dimensions: usize,
        segments: Vec<Segment>,
        wanted: impl Iterator<Item = &'a Placement>,
    ) -> Self {
        let pack = |segment: Segment| {
            let pack = Pack {
                vectors: None,
                left: 0,
                segment,
            };
            (pack.segment.id, pack)
        };
        let mut of: HashMap<_, _> = segments.into_iter().map(pack).collect();
        for placement in wanted {
            if let Some(pack) = of.get_mut(&placement.segment) {
                pack.left += 1;
            }
        }
        Self {
            store: store.clone(),
            runtime: Handle::current(),
            dimensions,
            of: RefCell::new(of),
        }
    }

    /// The vector of a picture, if it has one. Each is asked for once, on a thread that may wait.
    pub(super) fn vector(&self, placement: &Placement) -> Result<Option<Vec<f32>>, StoreError> {
        let mut of = self.of.borrow_mut();
        let Some(pack) = of.get_mut(&placement.segment) else {
            return Ok(None);
        };
        let vectors = match &pack.vectors {
            Some(vectors) => vectors,
            None => {
                let read = self.store.vectors(&pack.segment);
                pack.vectors.insert(self.runtime.block_on(read)?)
            }
        };
        let from = placement.row as usize * self.dimensions;
        let vector = vectors.get(from..from + self.dimensions);
        let there = vector.filter(|vector| vector.iter().any(|value| *value != f16::ZERO));
        let there = there.map(<[f16]>::to_f32_vec);
        pack.left = pack.left.saturating_sub(1);
        if pack.left == 0 {
            pack.vectors = None;
        }
        Ok(there)
    }
}

#[cfg(test)]
mod tests {
    use lamina_model::{BlobSlice, Clock, DatasetId, Signature};
    use lamina_store::SegmentBuilder;
    use lamina_testkit::{CountingChance, TickingClock};

    use super::*;

    #[tokio::test]
    async fn each_picture_has_its_vector_and_a_pack_is_held_until_its_last_was_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_sqlite(folder.path()).await.unwrap();
        let (clock, chance) = (TickingClock::default(), CountingChance::default());
        let dataset = DatasetId::new(&clock, &chance);
        let (mut segments, mut placements) = (Vec::new(), Vec::new());
        for pack in 0..3_u8 {
            let id = SegmentId::new(&clock, &chance);
            let mut builder = SegmentBuilder::new(id, dataset, "model", 2);
            for row in 0..2_u8 {
                let vector = [f32::from(pack), f32::from(row)];
                let signature = Signature::new([0; Signature::LEN]);
                placements.push(builder.push(b"thumbnail", &vector, &signature));
            }
            segments.push(store.write_segment(builder, clock.now()).await.unwrap());
        }
        // The last is of another model.
        segments.truncate(2);
        let elsewhere = Placement {
            segment: SegmentId::new(&clock, &chance),
            row: 0,
            thumbnail: BlobSlice {
                offset: 0,
                length: 0,
            },
        };
        let packs = Packs::new(&store, 2, segments, placements.iter());
        let held = |packs: &Packs| {
            let of = packs.of.borrow();
            of.values().filter(|pack| pack.vectors.is_some()).count()
        };
        let asked = tokio::task::spawn_blocking(move || {
            let vector = |at: usize| packs.vector(&placements[at]).unwrap();
            assert_eq!(held(&packs), 0);
            // Zeros stand for no vector.
            assert_eq!(vector(0), None);
            assert_eq!(held(&packs), 1);
            assert_eq!(vector(3), Some(vec![1.0, 1.0]));
            assert_eq!(held(&packs), 2);
            assert_eq!(vector(1), Some(vec![0.0, 1.0]));
            assert_eq!(held(&packs), 1);
            assert_eq!(vector(2), Some(vec![1.0, 0.0]));
            assert_eq!(held(&packs), 0);
            for none in [&placements[4], &placements[5], &elsewhere] {
                assert_eq!(packs.vector(none).unwrap(), None);
            }
        });
        asked.await.unwrap();
    }

    #[tokio::test]
    async fn a_pack_that_is_gone_is_an_error_and_no_picture_without_a_vector() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_sqlite(folder.path()).await.unwrap();
        let (clock, chance) = (TickingClock::default(), CountingChance::default());
        let dataset = DatasetId::new(&clock, &chance);
        let id = SegmentId::new(&clock, &chance);
        let mut builder = SegmentBuilder::new(id, dataset, "model", 1);
        let signature = Signature::new([0; Signature::LEN]);
        let placement = builder.push(b"thumbnail", &[1.0], &signature);
        let segment = store.write_segment(builder, clock.now()).await.unwrap();
        let place = format!("datasets/{dataset}/segments/{id}/vectors");
        store.blobs().delete(&place).await.unwrap();
        let packs = Packs::new(&store, 1, vec![segment], [placement].iter());
        let asked = tokio::task::spawn_blocking(move || packs.vector(&placement));
        let gone = asked.await.unwrap();
        assert!(matches!(gone, Err(StoreError::NotFound { .. })), "{gone:?}");
    }
}
