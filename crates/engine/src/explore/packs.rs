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
