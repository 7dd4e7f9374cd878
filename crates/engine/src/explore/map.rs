//! The map of a generation: a place in the plane for every picture, kept in a file beside the
//! index and made on first ask in the background.
//!
//! `LAMPLAN1`, then for each row x and y as `u16`, 65535 twice for a picture without a place; all
//! little-endian. BLAKE3 of everything before stands at the end.

use std::{collections::HashMap, path::Path, sync::Arc, time::Instant};

use lamina_analysis::{Matrix, Unwatched, layout};
use lamina_model::{ClusterLevel, Generation, JobId};
use lamina_search::{FacetLimits, RowSet};
use serde::{Deserialize, Serialize};

use super::{
    build,
    open::{Card, Opened, Seen},
    wanted::Wanted,
};
use crate::{DatasetScope, Engine, Error};

/// The name of the file.
const FILE: &str = "map.lamina";
const MAGIC: &[u8; 8] = b"LAMPLAN1";
const HASH: usize = 32;
/// Stands for no place.
pub(super) const NOWHERE: [u16; 2] = [u16::MAX; 2];
/// The largest coordinate of a place.
pub(super) const EDGE: u16 = u16::MAX - 1;
/// When to come back for a map that is being drawn.
const DRAWING_SECONDS: u32 = 2;
/// Clusters that have a number of their own; the others share the last.
const MOST_CLUSTERS: usize = 65_535;
/// Labels that have a number of their own.
const MOST_LABELS: usize = 254;
/// Stands for a label without a number of its own.
const OTHER_LABEL: u8 = 254;
/// Stands for no label.
const NO_LABEL: u8 = 255;

/// Places and what colours them, a list for each fact, in the order of paths.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MapPoints {
    /// Which generation it is of; nothing before the first.
    pub generation: Option<Generation>,
    /// Clusters of the level that was asked for.
    pub clusters: u32,
    /// From left to right, 0–65534; 65535 for a picture without a place.
    pub x: Vec<u16>,
    /// From top to bottom.
    pub y: Vec<u16>,
    /// Bits: 16 has copies, 32 is not the one to keep, 128 is wanted.
    pub flags: Vec<u8>,
    /// Bits: issues that count, in the order of [`lamina_model::IssueKind::ALL`].
    pub issues: Vec<u16>,
    /// How much it adds to the set, 0–255.
    pub uniqueness: Vec<u8>,
    /// The number of its cluster, the largest cluster 0; 65535 for all beyond.
    pub cluster: Vec<u16>,
    /// The number of its most frequent label in `labels`; 254 for one beyond those, 255 for none.
    pub label: Vec<u8>,
    /// The most frequent labels of the set, at most 254, the most frequent first.
    pub labels: Vec<String>,
}

/// Reads the map of an index with so many rows; nothing where there is none that is whole.
pub(super) fn read(folder: &Path, rows: u32) -> Option<Vec<[u16; 2]>> {
    let bytes = fs_err::read(folder.join(FILE)).ok()?;
    let (body, hash) = bytes.split_last_chunk::<HASH>()?;
    let records = body.strip_prefix(MAGIC)?;
    let right = blake3::hash(body) == *hash && records.len() == rows as usize * 4;
    let number = |bytes: &[u8]| u16::from_le_bytes([bytes[0], bytes[1]]);
    right.then(|| {
        records
            .chunks_exact(4)
            .map(|place| [number(&place[..2]), number(&place[2..])])
            .collect()
    })
}

fn write(folder: &Path, places: &[Option<[f32; 2]>], mark: &str) -> std::io::Result<()> {
    let mut bytes = Vec::with_capacity(MAGIC.len() + places.len() * 4 + HASH);
    bytes.extend(MAGIC);
    for place in places {
        let [x, y] = place.map_or(NOWHERE, |place| place.map(rounded));
        bytes.extend(x.to_le_bytes());
        bytes.extend(y.to_le_bytes());
    }
    let hash = blake3::hash(&bytes);
    bytes.extend(hash.as_bytes());
    let draft = folder.join(format!("{FILE}-{mark}"));
    fs_err::write(&draft, &bytes)?;
    fs_err::rename(&draft, folder.join(FILE))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what the number holds"
)]
fn rounded(value: f32) -> u16 {
    (value * f32::from(EDGE))
        .round()
        .clamp(0.0, f32::from(EDGE)) as u16
}

impl Opened {
    /// The places by row, if the map is drawn.
    pub(super) fn places(&self) -> Option<&[[u16; 2]]> {
        if self.map.get().is_none()
            && let Some(places) = read(&self.folder, self.index.rows())
        {
            let _ = self.map.set(places);
        }
        self.map.get().map(Vec::as_slice)
    }
}

impl Seen {
    fn points(&self, wanted: &Wanted, level: ClusterLevel) -> Option<MapPoints> {
        let places = self.places()?;
        let rows = self.rows_of(wanted);
        let clusters: Vec<_> = (0..self.index.rows())
            .map(|row| self.index.cluster_of(level, row))
            .collect();
        let mut sizes = HashMap::<_, u32>::new();
        for id in &clusters {
            *sizes.entry(*id).or_default() += 1;
        }
        let mut order: Vec<_> = sizes.into_iter().collect();
        order.sort_unstable_by_key(|(id, size)| (std::cmp::Reverse(*size), *id));
        let numbers: HashMap<_, u16> = order
            .iter()
            .take(MOST_CLUSTERS)
            .zip(0..)
            .map(|((id, _), number)| (*id, number))
            .collect();
        let labels = self.label_numbers();
        let mut points = MapPoints {
            generation: Some(self.index.generation()),
            clusters: u32::try_from(order.len()).unwrap_or(u32::MAX),
            ..MapPoints::default()
        };
        for (row, ([x, y], cluster)) in (0..).zip(places.iter().zip(&clusters)) {
            points.x.push(*x);
            points.y.push(*y);
            points
                .flags
                .push(self.flags(row) | u8::from(rows.contains(row)) << 7);
            points
                .uniqueness
                .push(eighth(self.index.tile(row).uniqueness));
            points
                .cluster
                .push(numbers.get(cluster).copied().unwrap_or(u16::MAX));
            points.issues.push(self.issue_bits(row));
            points.label.push(self.label_number(row, &labels));
        }
        let mut named: Vec<(String, u8)> = labels.into_iter().collect();
        named.sort_unstable_by_key(|(_, number)| *number);
        points.labels = named.into_iter().map(|(label, _)| label).collect();
        Some(points)
    }

    /// The most frequent labels, numbered from the most frequent.
    fn label_numbers(&self) -> HashMap<String, u8> {
        let limits = FacetLimits {
            labels: MOST_LABELS,
            folders: 0,
        };
        let all = RowSet::all(self.index.rows());
        let counted = self.index.facets(&all, &self.marks.overlay, limits);
        let labels = counted.labels.into_iter().take(MOST_LABELS);
        labels
            .zip(0..)
            .map(|((label, _), at)| (label, at))
            .collect()
    }

    fn label_number(&self, row: u32, numbers: &HashMap<String, u8>) -> u8 {
        let labels = self.index.labels_now(row, &self.marks.overlay);
        let known = labels.iter().filter_map(|label| numbers.get(label));
        let other = if labels.is_empty() {
            NO_LABEL
        } else {
            OTHER_LABEL
        };
        known.min().copied().unwrap_or(other)
    }

    fn flags(&self, row: u32) -> u8 {
        let copies = self.copies.members().contains(row);
        let extra = self.copies.extra().contains(row);
        u8::from(copies) << 4 | u8::from(extra) << 5
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what a byte holds"
)]
fn eighth(share: f32) -> u8 {
    (share * 255.0).round().clamp(0.0, 255.0) as u8
}

impl Engine {
    /// The map with what colours it; empty before the first generation.
    ///
    /// # Errors
    /// [`Error::Busy`] while the map is being drawn, or the index made again.
    pub async fn map_points(
        &self,
        scope: &DatasetScope,
        wanted: Wanted,
        level: ClusterLevel,
    ) -> Result<MapPoints, Error> {
        let found = self
            .ask_for(scope, wanted, move |index, wanted| {
                Ok(index.points(wanted, level))
            })
            .await?;
        match found {
            None => Ok(MapPoints::default()),
            Some(Some(points)) => Ok(points),
            Some(None) => Err(self.draw_map(scope)),
        }
    }

    /// The picture of a row of the map.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the map has no such row.
    pub async fn map_picture(&self, scope: &DatasetScope, row: u32) -> Result<Card, Error> {
        let found = self
            .ask(scope, move |index| {
                Ok((row < index.index.rows()).then(|| index.card(row)))
            })
            .await?;
        found.flatten().ok_or_else(|| Error::NotFound {
            what: "media",
            id: format!("row {row} of the map"),
        })
    }

    /// Makes sure that areas of the map can be asked for.
    ///
    /// # Errors
    /// [`Error::Busy`] while the map is being drawn.
    pub(super) async fn check_areas(
        &self,
        scope: &DatasetScope,
        opened: &Arc<Opened>,
        wanted: &Wanted,
    ) -> Result<(), Error> {
        if wanted.areas.is_empty() {
            return Ok(());
        }
        let opened = Arc::clone(opened);
        let drawn = tokio::task::spawn_blocking(move || opened.places().is_some()).await;
        if drawn.map_err(Error::internal)? {
            return Ok(());
        }
        Err(self.draw_map(scope))
    }

    /// Begins to draw the map, unless that is under way, and says to come back.
    fn draw_map(&self, scope: &DatasetScope) -> Error {
        let (dataset, generation) = (scope.id(), scope.dataset().generation);
        if let Some(generation) = generation
            && self.parts().indexes.begin_drawing(dataset, generation)
        {
            let (engine, scope) = (self.clone(), scope.clone());
            self.parts().background.spawn(async move {
                if let Err(cause) = draw(&engine, &scope).await {
                    tracing::error!(dataset.id = %dataset, error = ?cause, "cannot draw a map");
                }
                engine.parts().indexes.end_drawing(dataset, generation);
            });
        }
        Error::Busy {
            why: "the map of this dataset is being drawn; ask again in a moment".to_owned(),
            retry_after_s: DRAWING_SECONDS,
        }
    }
}

/// Lays out the vectors of a generation in the order of its index.
async fn draw(engine: &Engine, scope: &DatasetScope) -> Result<(), Error> {
    let began = Instant::now();
    let Some(opened) = engine.opened(scope).await? else {
        return Ok(());
    };
    let vectors = build::vectors_of(engine, &opened).await?;
    let columns = engine.parts().embedder.dimensions();
    let mark = JobId::new(engine.clock(), engine.chance()).to_string();
    let folder = opened.folder.clone();
    let drawn = tokio::task::spawn_blocking(move || {
        let vectors = Matrix::from_vec(columns, vectors).map_err(Error::internal)?;
        let places = layout(&vectors, &Unwatched).map_err(Error::internal)?;
        write(&folder, &places, &mark).map_err(Error::internal)?;
        Ok::<_, Error>(places.len())
    });
    let pictures = drawn.await.map_err(Error::internal)??;
    let seconds = began.elapsed().as_secs_f64();
    tracing::debug!(dataset.id = %scope.id(), pictures, seconds, "drew a map");
    Ok(())
}

/// A closed line around a part of the map, in its coordinates.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Area(Vec<[u16; 2]>);

impl Area {
    /// Fewest corners.
    pub const LEAST: usize = 3;
    /// Most corners.
    pub const MOST: usize = 200;

    /// A line through these corners; nothing when they are too few or too many.
    pub fn new(corners: Vec<[u16; 2]>) -> Option<Self> {
        (Self::LEAST..=Self::MOST)
            .contains(&corners.len())
            .then_some(Self(corners))
    }

    /// Whether a place lies within (even–odd rule).
    pub(super) fn holds(&self, place: [u16; 2]) -> bool {
        if place == NOWHERE {
            return false;
        }
        let [x, y] = place.map(i64::from);
        let mut inside = false;
        let mut before = self.0[self.0.len() - 1].map(i64::from);
        for corner in &self.0 {
            let corner = corner.map(i64::from);
            let ([x1, y1], [x2, y2]) = (corner, before);
            if (y1 > y) != (y2 > y) {
                // x < x1 + (y - y1) * (x2 - x1) / (y2 - y1), without dividing.
                let left = (x - x1) * (y2 - y1);
                let right = (y - y1) * (x2 - x1);
                if (y2 > y1 && left < right) || (y2 < y1 && left > right) {
                    inside = !inside;
                }
            }
            before = corner;
        }
        inside
    }
}

#[cfg(test)]
mod tests {
    use super::{Area, NOWHERE, read, write};

    #[test]
    fn a_map_is_read_as_it_was_written_and_a_damaged_one_is_none() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(folder.path(), 2), None);
        write(folder.path(), &[Some([0.0, 1.0]), None], "x").unwrap();
        assert_eq!(read(folder.path(), 2).unwrap(), [[0, 65_534], NOWHERE]);
        assert_eq!(read(folder.path(), 1), None);
        let file = folder.path().join(super::FILE);
        let mut bytes = fs_err::read(&file).unwrap();
        bytes[9] ^= 1;
        fs_err::write(&file, &bytes).unwrap();
        assert_eq!(read(folder.path(), 2), None);
    }

    #[test]
    fn an_area_holds_what_lies_within_its_line_and_nothing_without_a_place() {
        let corners = [[10, 10], [20, 10], [20, 30], [15, 20], [10, 30]];
        let area = Area::new(corners.to_vec()).unwrap();
        for inside in [[12, 12], [19, 25], [11, 25], [15, 19]] {
            assert!(area.holds(inside), "{inside:?}");
        }
        for outside in [[9, 12], [21, 12], [15, 25], [15, 31], [0, 0], NOWHERE] {
            assert!(!area.holds(outside), "{outside:?}");
        }
        assert!(Area::new(vec![[1, 1], [2, 2]]).is_none());
        assert!(Area::new(vec![[1, 1]; 201]).is_none());
    }
}
