//! Fields that people give pictures, and their values.

use lamina_model::{
    DatasetId, FieldFault, FieldId, FieldKind, FieldState, FieldValue, MediaId, MetadataField,
    MetadataValue, Timestamp, UserId,
};
use uuid::Uuid;

use crate::{
    Store,
    batch::Checkpoint,
    convert::{from_json, int, limit, number, text, to_json, word},
    db::{read, transact, write},
    error::{Error, Result, conflict},
    together::rows_of,
};

/// Fields of a dataset at most: all are listed at once.
const MOST_FIELDS: u64 = 500;

/// A value of a picture: the picture; name, kind and multiplicity of its field; the value.
type ValueOf = (Uuid, String, String, bool, String);

#[derive(Debug, sqlx::FromRow)]
struct FieldRow {
    id: Uuid,
    name: String,
    kind: String,
    options: String,
    is_multi: bool,
    state: String,
    inserted_count: i64,
    error_count: i64,
    sample_errors: String,
    created_by: Option<Uuid>,
    created_at_us: i64,
}

impl TryFrom<FieldRow> for MetadataField {
    type Error = Error;

    fn try_from(row: FieldRow) -> Result<Self> {
        Ok(Self {
            id: FieldId::from_uuid(row.id),
            name: row.name,
            kind: word("kind of field", FieldKind::from_word(&row.kind))?,
            options: from_json("options", &row.options)?,
            is_multi: row.is_multi,
            state: word("state of field", FieldState::from_word(&row.state))?,
            inserted: number("count", row.inserted_count)?,
            errors: number("count", row.error_count)?,
            sample_errors: from_json("errors", &row.sample_errors)?,
            created_by: row.created_by.map(UserId::from_uuid),
            created_at: Timestamp::from_micros(row.created_at_us),
        })
    }
}

/// The values of one picture under a field, and the place of their row among those sent.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldRowValues {
    /// The picture.
    pub media_id: MediaId,
    /// Its place, from 0.
    pub row_index: u64,
    /// The values, in their order.
    pub values: Vec<MetadataValue>,
}

/// Why the values of a row were not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueFault {
    /// The dataset has no such picture.
    NoSuchMedia,
    /// The picture has values under the field already.
    HasValues,
}

impl Store {
    /// Keeps a field.
    ///
    /// # Errors
    /// `Conflict` when the dataset has one of that name, `TooMany` when it has as many as it may,
    /// `NotFound` when the dataset is gone.
    pub async fn insert_field(&self, dataset: DatasetId, field: &MetadataField) -> Result<()> {
        transact!(&self.db, tx => {
            let count = sqlx::query_scalar::<_, i64>(
                "SELECT COUNT(*) FROM metadata_fields WHERE dataset_id = $1",
            )
            .bind(dataset.as_uuid())
            .fetch_one(&mut *tx)
            .await?;
            if count.cast_unsigned() >= MOST_FIELDS {
                return Err(Error::TooMany { what: "fields of a dataset", limit: MOST_FIELDS });
            }
            sqlx::query(
                "INSERT INTO metadata_fields (id, dataset_id, name, kind, options, is_multi, state,
                     inserted_count, error_count, sample_errors, created_by, created_at_us)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, '[]', $8, $9)",
            )
            .bind(field.id.as_uuid())
            .bind(dataset.as_uuid())
            .bind(text(&field.name))
            .bind(field.kind.as_str())
            .bind(text(&to_json("options", &field.options)?))
            .bind(field.is_multi)
            .bind(field.state.as_str())
            .bind(field.created_by.map(UserId::as_uuid))
            .bind(field.created_at.as_micros())
            .execute(&mut *tx)
            .await
            .map_err(conflict("field"))?;
        });
        Ok(())
    }

    /// The fields of a dataset, in the order of their making.
    pub async fn fields(&self, dataset: DatasetId) -> Result<Vec<MetadataField>> {
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, FieldRow>(
                "SELECT * FROM metadata_fields WHERE dataset_id = $1 ORDER BY id",
            )
            .bind(dataset.as_uuid())
            .fetch_all(pool)
            .await?
        });
        rows.into_iter().map(MetadataField::try_from).collect()
    }

    /// A field of a dataset.
    ///
    /// # Errors
    /// `NotFound` when there is none.
    pub async fn field(&self, dataset: DatasetId, id: FieldId) -> Result<MetadataField> {
        let row = read!(&self.db, pool => {
            sqlx::query_as::<_, FieldRow>(
                "SELECT * FROM metadata_fields WHERE dataset_id = $1 AND id = $2",
            )
            .bind(dataset.as_uuid())
            .bind(id.as_uuid())
            .fetch_optional(pool)
            .await?
        });
        row.ok_or(Error::NotFound { what: "task" })?.try_into()
    }

    /// Says that values were sent for a field. False where that was said before.
    pub async fn claim_field(&self, dataset: DatasetId, id: FieldId) -> Result<bool> {
        let claimed = write!(&self.db, pool => {
            sqlx::query(
                "UPDATE metadata_fields SET state = 'taking'
                 WHERE dataset_id = $1 AND id = $2 AND state = 'declared'",
            )
            .bind(dataset.as_uuid())
            .bind(id.as_uuid())
            .execute(pool)
            .await?
            .rows_affected()
        });
        Ok(claimed > 0)
    }

    /// Forgets what values of a field were kept before its taking in broke off.
    pub async fn clear_field(&self, dataset: DatasetId, id: FieldId) -> Result<()> {
        write!(&self.db, pool => {
            sqlx::query("DELETE FROM metadata_values WHERE dataset_id = $1 AND field_id = $2")
                .bind(dataset.as_uuid())
                .bind(id.as_uuid())
                .execute(pool)
                .await?;
        });
        Ok(())
    }

    /// Keeps values of pictures under a field, row by row. Gives those that were not kept.
    ///
    /// # Errors
    /// `LeaseLost` when the job may not go on.
    pub async fn keep_values(
        &self,
        dataset: DatasetId,
        field: FieldId,
        rows: &[FieldRowValues],
        checkpoint: &Checkpoint,
    ) -> Result<Vec<(u64, ValueFault)>> {
        let mut faults = Vec::new();
        transact!(&self.db, tx => {
            crate::jobs::advance_job!(tx, checkpoint);
            for row in rows {
                let media = row.media_id.as_uuid();
                let mut kept = true;
                for (position, value) in (0_i64..).zip(&row.values) {
                    let value = text(&to_json("value", value)?);
                    let put = sqlx::query(
                        "INSERT INTO metadata_values (dataset_id, field_id, media_id, position, value)
                         SELECT dataset_id, $2, id, $4, $5 FROM media
                         WHERE id = $3 AND dataset_id = $1
                         ON CONFLICT (dataset_id, field_id, media_id, position) DO NOTHING",
                    )
                    .bind(dataset.as_uuid())
                    .bind(field.as_uuid())
                    .bind(media)
                    .bind(position)
                    .bind(value)
                    .execute(&mut *tx)
                    .await?
                    .rows_affected();
                    if put == 0 {
                        kept = false;
                        break;
                    }
                }
                if !kept {
                    let there = sqlx::query_scalar::<_, i64>(
                        "SELECT COUNT(*) FROM media WHERE id = $1 AND dataset_id = $2",
                    )
                    .bind(media)
                    .bind(dataset.as_uuid())
                    .fetch_one(&mut *tx)
                    .await?;
                    let fault = if there > 0 { ValueFault::HasValues } else { ValueFault::NoSuchMedia };
                    faults.push((row.row_index, fault));
                }
            }
        });
        Ok(faults)
    }

    /// Says that all values of a field were looked at, and how they fared.
    pub async fn end_field(
        &self,
        dataset: DatasetId,
        id: FieldId,
        (inserted, errors): (u64, u64),
        samples: &[FieldFault],
    ) -> Result<()> {
        let state = if errors == 0 {
            FieldState::Whole
        } else {
            FieldState::Partly
        };
        let samples = text(&to_json("errors", &samples)?);
        write!(&self.db, pool => {
            sqlx::query(
                "UPDATE metadata_fields SET state = $3, inserted_count = $4, error_count = $5,
                     sample_errors = $6
                 WHERE dataset_id = $1 AND id = $2",
            )
            .bind(dataset.as_uuid())
            .bind(id.as_uuid())
            .bind(state.as_str())
            .bind(int(inserted))
            .bind(int(errors))
            .bind(&samples)
            .execute(pool)
            .await?;
        });
        Ok(())
    }

    /// The values of a picture, by field in the order of their making; only of fields whose
    /// values are all there.
    pub async fn field_values_of(
        &self,
        dataset: DatasetId,
        media: MediaId,
    ) -> Result<Vec<FieldValue>> {
        let values = self.field_values_of_all(dataset, &[media]).await?;
        Ok(values.into_iter().map(|(_, value)| value).collect())
    }

    /// What the fields of a dataset say of some pictures, that of one picture in the order of the
    /// fields' making.
    pub async fn field_values_of_all(
        &self,
        dataset: DatasetId,
        media: &[MediaId],
    ) -> Result<Vec<(MediaId, FieldValue)>> {
        let rows = rows_of!(
            self,
            media,
            ValueOf,
            "SELECT v.media_id, f.name, f.kind, f.is_multi, v.value FROM metadata_values v
             JOIN metadata_fields f ON f.id = v.field_id
             WHERE v.dataset_id = $1 AND f.state IN ('whole', 'partly')
                 AND v.media_id IN ({places})
             ORDER BY v.media_id, v.field_id, v.position",
            dataset.as_uuid()
        );
        let mut all: Vec<(MediaId, FieldValue)> = Vec::new();
        for (media, field, kind, is_multi, value) in rows {
            let media = MediaId::from_uuid(media);
            let value: MetadataValue = from_json("value", &value)?;
            let same =
                |(of, last): &&mut (MediaId, FieldValue)| *of == media && last.field == field;
            match all.last_mut().filter(same) {
                Some((_, last)) => last.values.push(value),
                None => {
                    let kind = word("kind of field", FieldKind::from_word(&kind))?;
                    let values = vec![value];
                    all.push((
                        media,
                        FieldValue {
                            field,
                            kind,
                            is_multi,
                            values,
                        },
                    ));
                }
            }
        }
        Ok(all)
    }

    /// The next values of a field after one, in the order of the pictures' ids; every value exactly
    /// once when the last of each call is given to the next.
    pub async fn values_after(
        &self,
        dataset: DatasetId,
        field: FieldId,
        after: Option<(MediaId, u32)>,
        most: usize,
    ) -> Result<Vec<(MediaId, u32, MetadataValue)>> {
        let (media, position) = after.map_or((Uuid::nil(), -1), |(media, position)| {
            (media.as_uuid(), i64::from(position))
        });
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, (Uuid, i64, String)>(
                "SELECT media_id, position, value FROM metadata_values
                 WHERE dataset_id = $1 AND field_id = $2 AND (media_id, position) > ($3, $4)
                 ORDER BY media_id, position LIMIT $5",
            )
            .bind(dataset.as_uuid())
            .bind(field.as_uuid())
            .bind(media)
            .bind(position)
            .bind(limit(most))
            .fetch_all(pool)
            .await?
        });
        let one = |(media, position, value): (Uuid, i64, String)| {
            let position = number("position", position)?;
            Ok((
                MediaId::from_uuid(media),
                position,
                from_json("value", &value)?,
            ))
        };
        rows.into_iter().map(one).collect()
    }
}
