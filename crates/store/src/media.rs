//! Indexed pictures: read one by one, in pages, and as the bare facts that analysis needs.

use lamina_model::{
    BlobSlice, ColourModel, Cursor, DatasetId, ImageFormat, Measures, Media, MediaId, Page,
    Placement, SegmentId, SourcePath, Timestamp,
};
use uuid::Uuid;

use crate::{
    Store,
    convert::{self, PathParts, from_json, hash, id_after, number, word},
    db::read,
    error::{Error, Result},
};

/// What comparing pictures needs to know of one, besides its vector and signature.
#[derive(Debug, Clone, PartialEq)]
pub struct AnalysisFacts {
    /// Its id.
    pub id: MediaId,
    /// Its file, relative to the source.
    pub path: SourcePath,
    /// Bytes of the file.
    pub size_bytes: u64,
    /// Last change of the file.
    pub modified_at: Timestamp,
    /// Width of the upright picture in pixels.
    pub width_px: u32,
    /// Height of the upright picture in pixels.
    pub height_px: u32,
    /// BLAKE3 of the file's bytes.
    pub content_hash: [u8; 32],
    /// BLAKE3 of size and pixels as decoded.
    pub pixel_hash: [u8; 32],
    /// Perceptual hash.
    pub perceptual_hash: u64,
    /// Numbers read off the pixels.
    pub measures: Measures,
    /// Where its thumbnail, vector and signature lie.
    pub placement: Placement,
}

/// A row of `media` with the path and time of its file.
#[derive(Debug, sqlx::FromRow)]
struct MediaRow {
    id: Uuid,
    dataset_id: Uuid,
    path_head: Vec<u8>,
    path_tail: Vec<u8>,
    modified_at_us: i64,
    created_at_us: i64,
    size_bytes: i64,
    format: String,
    colour_model: String,
    bit_depth: i64,
    has_alpha: bool,
    width_px: i64,
    height_px: i64,
    frame_count: i64,
    orientation: i64,
    notes: String,
    content_hash: Vec<u8>,
    pixel_hash: Vec<u8>,
    perceptual_hash: i64,
    #[sqlx(flatten)]
    measures: MeasureColumns,
    #[sqlx(flatten)]
    placement: PlacementColumns,
}

#[derive(Debug, sqlx::FromRow)]
struct MeasureColumns {
    luma_mean: f32,
    luma_spread: f32,
    luma_p05: f32,
    luma_p50: f32,
    luma_p95: f32,
    luma_entropy_bits: f32,
    sharpness: f32,
    sharpness_best: f32,
    mean_rgb: i64,
}

#[derive(Debug, sqlx::FromRow)]
struct PlacementColumns {
    segment_id: Uuid,
    segment_row: i64,
    thumbnail_offset: i64,
    thumbnail_length: i64,
}

impl TryFrom<MeasureColumns> for Measures {
    type Error = Error;

    fn try_from(row: MeasureColumns) -> Result<Self> {
        let rgb: u32 = number("mean colour", row.mean_rgb)?;
        let [_, red, green, blue] = rgb.to_be_bytes();
        Ok(Self {
            luma_mean: row.luma_mean,
            luma_spread: row.luma_spread,
            luma_p05: row.luma_p05,
            luma_p50: row.luma_p50,
            luma_p95: row.luma_p95,
            luma_entropy_bits: row.luma_entropy_bits,
            sharpness: row.sharpness,
            sharpness_best: row.sharpness_best,
            mean_rgb: [red, green, blue],
        })
    }
}

/// A colour as the `mean_rgb` column holds it.
pub(crate) fn packed_rgb([red, green, blue]: [u8; 3]) -> i64 {
    i64::from(u32::from_be_bytes([0, red, green, blue]))
}

impl TryFrom<PlacementColumns> for Placement {
    type Error = Error;

    fn try_from(row: PlacementColumns) -> Result<Self> {
        Ok(Self {
            segment: SegmentId::from_uuid(row.segment_id),
            row: number("segment row", row.segment_row)?,
            thumbnail: BlobSlice {
                offset: number("thumbnail offset", row.thumbnail_offset)?,
                length: number("thumbnail length", row.thumbnail_length)?,
            },
        })
    }
}

impl TryFrom<MediaRow> for Media {
    type Error = Error;

    fn try_from(row: MediaRow) -> Result<Self> {
        Ok(Self {
            id: MediaId::from_uuid(row.id),
            dataset_id: DatasetId::from_uuid(row.dataset_id),
            path: convert::path(row.path_head, &row.path_tail),
            created_at: Timestamp::from_micros(row.created_at_us),
            size_bytes: number("size", row.size_bytes)?,
            format: word("image format", ImageFormat::from_word(&row.format))?,
            colour_model: word("colour model", ColourModel::from_word(&row.colour_model))?,
            bit_depth: number("bit depth", row.bit_depth)?,
            has_alpha: row.has_alpha,
            width_px: number("width", row.width_px)?,
            height_px: number("height", row.height_px)?,
            frame_count: number("frame count", row.frame_count)?,
            orientation: number("orientation", row.orientation)?,
            notes: from_json("media notes", &row.notes)?,
            content_hash: hash("content hash", row.content_hash)?,
            pixel_hash: hash("pixel hash", row.pixel_hash)?,
            perceptual_hash: row.perceptual_hash.cast_unsigned(),
            measures: row.measures.try_into()?,
            placement: row.placement.try_into()?,
        })
    }
}

impl TryFrom<MediaRow> for AnalysisFacts {
    type Error = Error;

    fn try_from(row: MediaRow) -> Result<Self> {
        Ok(Self {
            id: MediaId::from_uuid(row.id),
            path: convert::path(row.path_head, &row.path_tail),
            size_bytes: number("size", row.size_bytes)?,
            modified_at: Timestamp::from_micros(row.modified_at_us),
            width_px: number("width", row.width_px)?,
            height_px: number("height", row.height_px)?,
            content_hash: hash("content hash", row.content_hash)?,
            pixel_hash: hash("pixel hash", row.pixel_hash)?,
            perceptual_hash: row.perceptual_hash.cast_unsigned(),
            measures: row.measures.try_into()?,
            placement: row.placement.try_into()?,
        })
    }
}

/// Inserts pictures, each with the id it is to have and its notes as JSON, or replaces everything
/// but their ids and making times. It is one statement, so no two may have one id.
macro_rules! upsert_media {
    ($tx:ident, $dataset:expr, $pictures:expr) => {{
        let is_usual = $crate::batch::files::is_usual($pictures.len());
        let mut sql = sqlx::QueryBuilder::new(
            "INSERT INTO media (id, dataset_id, created_at_us, size_bytes, format, colour_model,
                 bit_depth, has_alpha, width_px, height_px, frame_count, orientation, notes,
                 content_hash, pixel_hash, perceptual_hash, luma_mean, luma_spread, luma_p05,
                 luma_p50, luma_p95, luma_entropy_bits, sharpness, sharpness_best, mean_rgb,
                 segment_id, segment_row, thumbnail_offset, thumbnail_length) ",
        );
        sql.push_values($pictures, |mut columns, (id, media, notes)| {
            columns
                .push_bind(id.as_uuid())
                .push_bind($dataset.as_uuid())
                .push_bind(media.created_at.as_micros())
                .push_bind($crate::convert::int(media.size_bytes))
                .push_bind(media.format.as_str())
                .push_bind(media.colour_model.as_str())
                .push_bind(i64::from(media.bit_depth))
                .push_bind(media.has_alpha)
                .push_bind(i64::from(media.width_px))
                .push_bind(i64::from(media.height_px))
                .push_bind(i64::from(media.frame_count))
                .push_bind(i64::from(media.orientation))
                .push_bind(notes)
                .push_bind(media.content_hash.as_slice())
                .push_bind(media.pixel_hash.as_slice())
                .push_bind(media.perceptual_hash.cast_signed())
                .push_bind(media.measures.luma_mean)
                .push_bind(media.measures.luma_spread)
                .push_bind(media.measures.luma_p05)
                .push_bind(media.measures.luma_p50)
                .push_bind(media.measures.luma_p95)
                .push_bind(media.measures.luma_entropy_bits)
                .push_bind(media.measures.sharpness)
                .push_bind(media.measures.sharpness_best)
                .push_bind($crate::media::packed_rgb(media.measures.mean_rgb))
                .push_bind(media.placement.segment.as_uuid())
                .push_bind(i64::from(media.placement.row))
                .push_bind($crate::convert::int(media.placement.thumbnail.offset))
                .push_bind($crate::convert::int(media.placement.thumbnail.length));
        });
        sql.push(
            " ON CONFLICT (id) DO UPDATE SET size_bytes = excluded.size_bytes,
                 format = excluded.format, colour_model = excluded.colour_model,
                 bit_depth = excluded.bit_depth, has_alpha = excluded.has_alpha,
                 width_px = excluded.width_px, height_px = excluded.height_px,
                 frame_count = excluded.frame_count, orientation = excluded.orientation,
                 notes = excluded.notes, content_hash = excluded.content_hash,
                 pixel_hash = excluded.pixel_hash, perceptual_hash = excluded.perceptual_hash,
                 luma_mean = excluded.luma_mean, luma_spread = excluded.luma_spread,
                 luma_p05 = excluded.luma_p05, luma_p50 = excluded.luma_p50,
                 luma_p95 = excluded.luma_p95, luma_entropy_bits = excluded.luma_entropy_bits,
                 sharpness = excluded.sharpness, sharpness_best = excluded.sharpness_best,
                 mean_rgb = excluded.mean_rgb, segment_id = excluded.segment_id,
                 segment_row = excluded.segment_row,
                 thumbnail_offset = excluded.thumbnail_offset,
                 thumbnail_length = excluded.thumbnail_length",
        );
        sql.build().persistent(is_usual).execute(&mut *$tx).await?
    }};
}

pub(crate) use upsert_media;

/// What every query here selects.
macro_rules! select_media {
    ($rest:literal) => {
        concat!(
            "SELECT m.*, f.path_head, f.path_tail, f.modified_at_us
             FROM media m JOIN files f ON f.media_id = m.id ",
            $rest
        )
    };
}

impl Store {
    /// One picture of a dataset.
    ///
    /// # Errors
    /// `NotFound` when this dataset has no such picture.
    pub async fn media(&self, dataset: DatasetId, id: MediaId) -> Result<Media> {
        let row = read!(&self.db, pool => {
            sqlx::query_as::<_, MediaRow>(select_media!("WHERE m.id = $1 AND m.dataset_id = $2"))
                .bind(id.as_uuid())
                .bind(dataset.as_uuid())
                .fetch_optional(pool)
                .await?
        });
        row.ok_or(Error::NotFound { what: "media" })?.try_into()
    }

    /// The dataset that a picture belongs to, for routes that name only the picture.
    ///
    /// # Errors
    /// `NotFound` when there is no such picture.
    pub async fn dataset_of_media(&self, id: MediaId) -> Result<DatasetId> {
        let dataset = read!(&self.db, pool => {
            sqlx::query_scalar::<_, Uuid>(
                "SELECT m.dataset_id FROM media m JOIN datasets d ON d.id = m.dataset_id
                 WHERE m.id = $1 AND d.deleted_at_us IS NULL",
            )
            .bind(id.as_uuid())
            .fetch_optional(pool)
            .await?
        });
        dataset
            .map(DatasetId::from_uuid)
            .ok_or(Error::NotFound { what: "media" })
    }

    /// The pictures of a dataset whose files have exactly these bytes, the oldest id first.
    pub async fn media_by_content(
        &self,
        dataset: DatasetId,
        content_hash: &[u8; 32],
    ) -> Result<Vec<Media>> {
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, MediaRow>(select_media!(
                "WHERE m.dataset_id = $1 AND m.content_hash = $2 ORDER BY m.id"
            ))
            .bind(dataset.as_uuid())
            .bind(content_hash.as_slice())
            .fetch_all(pool)
            .await?
        });
        rows.into_iter().map(Media::try_from).collect()
    }

    /// The pictures of a dataset in the order of their ids, which is that of their making.
    ///
    /// # Errors
    /// `WrongCursor` when the cursor cannot be of this listing.
    pub async fn media_page(
        &self,
        dataset: DatasetId,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page<Media>> {
        let after = id_after(after)?;
        let rows = self.rows_after(dataset, after, limit.saturating_add(1));
        let items = rows.await?.into_iter().map(Media::try_from);
        Ok(convert::page(
            items.collect::<Result<Vec<_>>>()?,
            limit,
            |media| media.id.as_uuid().as_bytes().to_vec(),
        ))
    }

    /// The next pictures after one, in the order of their ids, each with the time of the last
    /// change of its file; every picture exactly once when the last id of each call is given to
    /// the next.
    ///
    /// # Errors
    /// When the database cannot be read, or holds what no version wrote.
    pub async fn dated_media_after(
        &self,
        dataset: DatasetId,
        after: Option<MediaId>,
        limit: usize,
    ) -> Result<Vec<(Media, Timestamp)>> {
        let after = after.map_or(Uuid::nil(), MediaId::as_uuid);
        let rows = self.rows_after(dataset, after, limit).await?;
        let dated = rows.into_iter().map(|row| {
            let modified = Timestamp::from_micros(row.modified_at_us);
            Ok((Media::try_from(row)?, modified))
        });
        dated.collect()
    }

    async fn rows_after(
        &self,
        dataset: DatasetId,
        after: Uuid,
        limit: usize,
    ) -> Result<Vec<MediaRow>> {
        Ok(read!(&self.db, pool => {
            sqlx::query_as::<_, MediaRow>(select_media!(
                "WHERE m.dataset_id = $1 AND m.id > $2 AND f.media_id > $2 ORDER BY m.id LIMIT $3"
            ))
            .bind(dataset.as_uuid())
            .bind(after)
            .bind(convert::limit(limit))
            .fetch_all(pool)
            .await?
        }))
    }

    /// The facts of the next pictures after a path, in the order of the bytes of their paths;
    /// every picture exactly once when the last path of each call is given to the next.
    pub async fn facts_after(
        &self,
        dataset: DatasetId,
        after: Option<&SourcePath>,
        limit: usize,
    ) -> Result<Vec<AnalysisFacts>> {
        let place = PathParts::after(after);
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, MediaRow>(select_media!(
                "WHERE f.dataset_id = $1 AND (f.path_head, f.path_tail) > ($2, $3)
                 ORDER BY f.path_head, f.path_tail LIMIT $4"
            ))
            .bind(dataset.as_uuid())
            .bind(place.head)
            .bind(place.tail)
            .bind(convert::limit(limit))
            .fetch_all(pool)
            .await?
        });
        rows.into_iter().map(AnalysisFacts::try_from).collect()
    }
}
