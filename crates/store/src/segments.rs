//! Packs of bulky facts: thumbnails, vectors and signatures of one batch in three blobs.
//!
//! A pack is written once, before the rows that point into it, and never changed. Vectors are
//! numbers of 16 bits (IEEE 754 binary16), little-endian, row after row: vectors are of length 1,
//! and rounding moves a cosine by one or two hundred-thousandths, by less than a ten-thousandth at
//! most (measured at 384 to 1,280 numbers). Packs of before have them in 32 bits, which the bytes
//! that their row tells show; they are read as well. Signatures are 1024 bytes a row; thumbnails lie one
//! after the other and each picture's row says where.

use bytes::Bytes;
use half::f16;
use lamina_model::{BlobSlice, DatasetId, Placement, SegmentId, Signature, Timestamp};
use uuid::Uuid;

use crate::{
    Store,
    convert::number,
    db::read,
    error::{Error, Result},
};

/// A pack that is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Its id.
    pub id: SegmentId,
    /// The dataset it belongs to.
    pub dataset_id: DatasetId,
    /// The model that made its vectors.
    pub model: String,
    /// Length of each vector.
    pub dimensions: u32,
    /// Pictures in it.
    pub rows: u32,
    /// Bytes of the thumbnails blob.
    pub thumbnails_bytes: u64,
    /// Bytes of the vectors blob.
    pub vectors_bytes: u64,
    /// Bytes of the signatures blob.
    pub signatures_bytes: u64,
    /// When it was written.
    pub created_at: Timestamp,
}

/// Collects the bulky facts of a batch until [`Store::write_segment`] writes them.
#[derive(Debug)]
pub struct SegmentBuilder {
    id: SegmentId,
    dataset_id: DatasetId,
    model: String,
    dimensions: usize,
    rows: u32,
    thumbnails: Vec<u8>,
    vectors: Vec<u8>,
    signatures: Vec<u8>,
}

impl SegmentBuilder {
    /// An empty pack for vectors of one model and length.
    pub fn new(id: SegmentId, dataset_id: DatasetId, model: &str, dimensions: usize) -> Self {
        Self {
            id,
            dataset_id,
            model: model.to_owned(),
            dimensions,
            rows: 0,
            thumbnails: Vec::new(),
            vectors: Vec::new(),
            signatures: Vec::new(),
        }
    }

    /// Adds a picture and says where its facts lie. The vector is rounded to 16 bits a number.
    ///
    /// # Panics
    /// When the vector has another length than all vectors of this pack.
    pub fn push(&mut self, thumbnail: &[u8], vector: &[f32], signature: &Signature) -> Placement {
        assert_eq!(vector.len(), self.dimensions, "length of a vector");
        let placement = Placement {
            segment: self.id,
            row: self.rows,
            thumbnail: BlobSlice {
                offset: self.thumbnails.len() as u64,
                length: thumbnail.len() as u64,
            },
        };
        self.thumbnails.extend_from_slice(thumbnail);
        self.vectors.extend(
            vector
                .iter()
                .flat_map(|value| f16::from_f32(*value).to_le_bytes()),
        );
        self.signatures.extend_from_slice(signature.as_bytes());
        self.rows += 1;
        placement
    }

    /// Pictures added so far.
    pub const fn rows(&self) -> u32 {
        self.rows
    }

    /// Bytes held so far.
    pub const fn len_bytes(&self) -> usize {
        self.thumbnails.len() + self.vectors.len() + self.signatures.len()
    }
}

#[derive(Debug, sqlx::FromRow)]
struct SegmentRow {
    id: Uuid,
    dataset_id: Uuid,
    model: String,
    dimensions: i64,
    row_count: i64,
    thumbnails_bytes: i64,
    vectors_bytes: i64,
    signatures_bytes: i64,
    created_at_us: i64,
}

impl TryFrom<SegmentRow> for Segment {
    type Error = Error;

    fn try_from(row: SegmentRow) -> Result<Self> {
        Ok(Self {
            id: SegmentId::from_uuid(row.id),
            dataset_id: DatasetId::from_uuid(row.dataset_id),
            model: row.model,
            dimensions: number("dimensions", row.dimensions)?,
            rows: number("segment rows", row.row_count)?,
            thumbnails_bytes: number("blob size", row.thumbnails_bytes)?,
            vectors_bytes: number("blob size", row.vectors_bytes)?,
            signatures_bytes: number("blob size", row.signatures_bytes)?,
            created_at: Timestamp::from_micros(row.created_at_us),
        })
    }
}

/// Inserts the row of a pack; one that is there stays.
macro_rules! insert_segment {
    ($tx:ident, $segment:expr) => {
        sqlx::query(
            "INSERT INTO segments (id, dataset_id, model, dimensions, row_count,
                 thumbnails_bytes, vectors_bytes, signatures_bytes, created_at_us)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING",
        )
        .bind($segment.id.as_uuid())
        .bind($segment.dataset_id.as_uuid())
        .bind(&$segment.model)
        .bind(i64::from($segment.dimensions))
        .bind(i64::from($segment.rows))
        .bind($crate::convert::int($segment.thumbnails_bytes))
        .bind($crate::convert::int($segment.vectors_bytes))
        .bind($crate::convert::int($segment.signatures_bytes))
        .bind($segment.created_at.as_micros())
        .execute(&mut *$tx)
        .await?
    };
}

pub(crate) use insert_segment;

/// Where the packs of a dataset lie.
pub(crate) fn segments_prefix(dataset: DatasetId) -> String {
    format!("datasets/{dataset}/segments")
}

fn key(dataset: DatasetId, segment: SegmentId, part: &str) -> String {
    format!("{}/{segment}/{part}", segments_prefix(dataset))
}

impl Store {
    /// Writes the blobs of a pack. Its row is written by [`Store::apply_batch`]; until then it
    /// is an orphan that a later sweep removes.
    pub async fn write_segment(&self, pack: SegmentBuilder, at: Timestamp) -> Result<Segment> {
        let segment = Segment {
            id: pack.id,
            dataset_id: pack.dataset_id,
            dimensions: u32::try_from(pack.dimensions)
                .map_err(|_| Error::Corrupt { what: "dimensions" })?,
            rows: pack.rows,
            thumbnails_bytes: pack.thumbnails.len() as u64,
            vectors_bytes: pack.vectors.len() as u64,
            signatures_bytes: pack.signatures.len() as u64,
            created_at: at,
            model: pack.model,
        };
        let key = |part| key(segment.dataset_id, segment.id, part);
        let (thumbnails, vectors, signatures) =
            (key("thumbnails"), key("vectors"), key("signatures"));
        futures_util::try_join!(
            self.blobs.put(&thumbnails, pack.thumbnails.into()),
            self.blobs.put(&vectors, pack.vectors.into()),
            self.blobs.put(&signatures, pack.signatures.into()),
        )?;
        Ok(segment)
    }

    /// The encoded thumbnail of a picture.
    ///
    /// # Errors
    /// `NotFound` when its pack is gone: the picture was replaced or deleted meanwhile.
    pub async fn thumbnail(&self, dataset: DatasetId, placement: &Placement) -> Result<Bytes> {
        let key = key(dataset, placement.segment, "thumbnails");
        let BlobSlice { offset, length } = placement.thumbnail;
        self.blobs.get_range(&key, offset, length).await
    }

    /// All vectors of a pack, row after row: `rows × dimensions` numbers.
    ///
    /// # Errors
    /// `Corrupt` when the blob has another length than its row says.
    pub async fn vectors(&self, segment: &Segment) -> Result<Vec<f16>> {
        let key = key(segment.dataset_id, segment.id, "vectors");
        let bytes = self.blobs.get(&key).await?;
        let count = u64::from(segment.rows) * u64::from(segment.dimensions);
        let (halves, _) = bytes.as_chunks::<2>();
        let (singles, _) = bytes.as_chunks::<4>();
        // Half of a pack of before is as long as a whole one of today.
        match segment.vectors_bytes {
            length if length != bytes.len() as u64 => Err(Error::Corrupt {
                what: "vectors blob",
            }),
            length if length == count * 2 => Ok(halves
                .iter()
                .map(|value| f16::from_le_bytes(*value))
                .collect()),
            length if length == count * 4 => Ok(singles
                .iter()
                .map(|value| f16::from_f32(f32::from_le_bytes(*value)))
                .collect()),
            _ => Err(Error::Corrupt {
                what: "vectors blob",
            }),
        }
    }

    /// All signatures of a pack, in the order of its rows.
    ///
    /// # Errors
    /// `Corrupt` when the blob has another length than its row says.
    pub async fn signatures(&self, segment: &Segment) -> Result<Vec<Signature>> {
        let key = key(segment.dataset_id, segment.id, "signatures");
        let bytes = self.blobs.get(&key).await?;
        let (rows, rest) = bytes.as_chunks::<{ Signature::LEN }>();
        if !rest.is_empty() || rows.len() as u64 != u64::from(segment.rows) {
            return Err(Error::Corrupt {
                what: "signatures blob",
            });
        }
        Ok(rows.iter().map(|row| Signature::new(*row)).collect())
    }

    /// Every pack of a dataset that has a row, the oldest first. Some of their rows may belong
    /// to pictures that are gone.
    pub async fn segments(&self, dataset: DatasetId) -> Result<Vec<Segment>> {
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, SegmentRow>(
                "SELECT * FROM segments WHERE dataset_id = $1 ORDER BY id",
            )
            .bind(dataset.as_uuid())
            .fetch_all(pool)
            .await?
        });
        rows.into_iter().map(Segment::try_from).collect()
    }

    /// The models that made the vectors of the pictures that there are, by name.
    pub async fn vector_models(&self) -> Result<Vec<String>> {
        Ok(read!(&self.db, pool => {
            sqlx::query_scalar::<_, String>(
                "SELECT DISTINCT s.model FROM segments s
                     JOIN datasets d ON d.id = s.dataset_id AND d.deleted_at_us IS NULL
                 WHERE EXISTS (SELECT 1 FROM media m WHERE m.segment_id = s.id)
                 ORDER BY s.model",
            )
            .fetch_all(pool)
            .await?
        }))
    }

    /// Packs of a dataset that no picture points into any more.
    pub async fn unreferenced_segments(&self, dataset: DatasetId) -> Result<Vec<Segment>> {
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, SegmentRow>(
                "SELECT * FROM segments s WHERE dataset_id = $1
                     AND NOT EXISTS (SELECT 1 FROM media m WHERE m.segment_id = s.id)
                 ORDER BY id",
            )
            .bind(dataset.as_uuid())
            .fetch_all(pool)
            .await?
        });
        rows.into_iter().map(Segment::try_from).collect()
    }
}
