//! What a published generation says. Callers name the generation, so that one answer is never
//! put together from two.

use std::collections::BTreeMap;

use lamina_model::{
    ClusterId, ClusterLevel, Cursor, DatasetId, DuplicateGroup, DuplicateTier, Generation, Issue,
    IssueKind, MediaFindings, MediaId, Page,
};
use uuid::Uuid;

use crate::{
    Store,
    convert::{self, word},
    db::read,
    error::{Error, Result},
    together::rows_of,
};

#[derive(Debug, sqlx::FromRow)]
struct FindingsRow {
    media_id: Uuid,
    cluster_0: Uuid,
    cluster_1: Uuid,
    cluster_2: Uuid,
    cluster_3: Uuid,
    cluster_4: Uuid,
    uniqueness: f32,
    nearest_distance: f32,
}

impl From<FindingsRow> for MediaFindings {
    fn from(row: FindingsRow) -> Self {
        let clusters: [Uuid; ClusterLevel::COUNT] = [
            row.cluster_0,
            row.cluster_1,
            row.cluster_2,
            row.cluster_3,
            row.cluster_4,
        ];
        Self {
            media_id: MediaId::from_uuid(row.media_id),
            clusters: clusters.map(ClusterId::from_uuid),
            uniqueness: row.uniqueness,
            nearest_distance: row.nearest_distance,
        }
    }
}

#[derive(Debug, sqlx::FromRow)]
struct IssueRow {
    kind: String,
    media_id: Uuid,
    confidence: f32,
    description: String,
}

impl TryFrom<IssueRow> for Issue {
    type Error = Error;

    fn try_from(row: IssueRow) -> Result<Self> {
        Ok(Self {
            media_id: MediaId::from_uuid(row.media_id),
            kind: word("issue kind", IssueKind::from_word(&row.kind))?,
            confidence: row.confidence,
            description: row.description,
        })
    }
}

#[derive(Debug, sqlx::FromRow)]
struct MemberRow {
    position: i64,
    tier: String,
    place: i64,
    media_id: Uuid,
    likeness: f32,
}

/// The place after an issue in a listing by confidence: that and the picture's id.
fn issue_key(issue: &Issue) -> Vec<u8> {
    let confidence = issue.confidence.to_bits().to_be_bytes();
    [confidence.as_slice(), issue.media_id.as_uuid().as_bytes()].concat()
}

fn issue_place(cursor: Option<&Cursor>) -> Result<(f32, Uuid)> {
    let Some(cursor) = cursor else {
        return Ok((f32::MAX, Uuid::nil()));
    };
    let (confidence, id) = cursor
        .key()
        .split_first_chunk::<4>()
        .ok_or(Error::WrongCursor)?;
    let confidence = f32::from_bits(u32::from_be_bytes(*confidence));
    let id = Uuid::from_slice(id).map_err(|_| Error::WrongCursor)?;
    Ok((confidence, id))
}

fn position_after(cursor: Option<&Cursor>) -> Result<i64> {
    match cursor {
        Some(cursor) => <[u8; 8]>::try_from(cursor.key())
            .map(i64::from_be_bytes)
            .map_err(|_| Error::WrongCursor),
        None => Ok(-1),
    }
}

/// Puts groups together from their member rows, which come in order.
fn groups(rows: Vec<MemberRow>) -> Result<Vec<DuplicateGroup>> {
    let mut groups: BTreeMap<i64, DuplicateGroup> = BTreeMap::new();
    for row in rows {
        let media = MediaId::from_uuid(row.media_id);
        if row.place == 0 {
            let group = DuplicateGroup {
                tier: word("duplicate tier", DuplicateTier::from_word(&row.tier))?,
                keep: media,
                others: Vec::new(),
            };
            groups.insert(row.position, group);
        } else {
            let group = groups.get_mut(&row.position);
            word("duplicate group", group)?
                .others
                .push((media, row.likeness));
        }
    }
    Ok(groups.into_values().collect())
}

impl Store {
    /// Issues of one kind with at least this confidence, the surest first.
    ///
    /// # Errors
    /// `WrongCursor` when the cursor cannot be of this listing.
    pub async fn issues(
        &self,
        dataset: DatasetId,
        generation: Generation,
        kind: IssueKind,
        min_confidence: f32,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page<Issue>> {
        let (confidence, id) = issue_place(after)?;
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, IssueRow>(
                "SELECT kind, media_id, confidence, description FROM issues
                 WHERE dataset_id = $1 AND generation = $2 AND kind = $3 AND confidence >= $4
                     AND confidence <= $5 AND (confidence < $5 OR media_id > $6)
                 ORDER BY confidence DESC, media_id LIMIT $7",
            )
            .bind(dataset.as_uuid())
            .bind(generation.0)
            .bind(kind.as_str())
            .bind(min_confidence)
            .bind(confidence)
            .bind(id)
            .bind(convert::limit(limit.saturating_add(1)))
            .fetch_all(pool)
            .await?
        });
        let issues = rows
            .into_iter()
            .map(Issue::try_from)
            .collect::<Result<Vec<_>>>()?;
        Ok(convert::page(issues, limit, issue_key))
    }

    /// What may be wrong with one picture.
    pub async fn issues_of(
        &self,
        dataset: DatasetId,
        generation: Generation,
        media: MediaId,
    ) -> Result<Vec<Issue>> {
        self.issues_of_all(dataset, generation, &[media]).await
    }

    /// What may be wrong with some pictures, as a generation found it.
    pub async fn issues_of_all(
        &self,
        dataset: DatasetId,
        generation: Generation,
        media: &[MediaId],
    ) -> Result<Vec<Issue>> {
        let rows = rows_of!(
            self,
            media,
            IssueRow,
            "SELECT kind, media_id, confidence, description FROM issues
             WHERE dataset_id = $1 AND generation = $2 AND media_id IN ({places})
             ORDER BY media_id, kind",
            dataset.as_uuid(),
            generation.0
        );
        rows.into_iter().map(Issue::try_from).collect()
    }

    /// How many issues of each kind have at least this confidence. Kinds without one are left out.
    pub async fn issue_counts(
        &self,
        dataset: DatasetId,
        generation: Generation,
        min_confidence: f32,
    ) -> Result<Vec<(IssueKind, u64)>> {
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, (String, i64)>(
                "SELECT kind, COUNT(*) FROM issues
                 WHERE dataset_id = $1 AND generation = $2 AND confidence >= $3 GROUP BY kind ORDER BY kind",
            )
            .bind(dataset.as_uuid())
            .bind(generation.0)
            .bind(min_confidence)
            .fetch_all(pool)
            .await?
        });
        rows.into_iter()
            .map(|(kind, count)| {
                let kind = word("issue kind", IssueKind::from_word(&kind))?;
                Ok((kind, convert::number("count", count)?))
            })
            .collect()
    }

    /// Groups of pictures that are the same, of one tier or of all, in the order of the analysis.
    ///
    /// # Errors
    /// `WrongCursor` when the cursor cannot be of this listing.
    pub async fn duplicate_groups(
        &self,
        dataset: DatasetId,
        generation: Generation,
        tier: Option<DuplicateTier>,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page<DuplicateGroup>> {
        let after = position_after(after)?;
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, MemberRow>(
                "SELECT g.position, g.tier, m.place, m.media_id, m.likeness
                 FROM (SELECT position, tier FROM duplicate_groups
                     WHERE dataset_id = $1 AND generation = $2 AND position > $3
                         AND (CAST($4 AS TEXT) IS NULL OR tier = $4)
                     ORDER BY position LIMIT $5) g
                 JOIN duplicate_members m ON m.dataset_id = $1 AND m.generation = $2
                     AND m.position = g.position
                 ORDER BY g.position, m.place",
            )
            .bind(dataset.as_uuid())
            .bind(generation.0)
            .bind(after)
            .bind(tier.map(DuplicateTier::as_str))
            .bind(convert::limit(limit.saturating_add(1)))
            .fetch_all(pool)
            .await?
        });
        let mut positions: Vec<i64> = rows.iter().map(|row| row.position).collect();
        positions.dedup();
        let last = limit.checked_sub(1).and_then(|last| positions.get(last));
        let mut page = convert::page(groups(rows)?, limit, |_| Vec::new());
        page.next = page
            .next
            .and(last)
            .map(|position| Cursor::after(position.to_be_bytes()));
        Ok(page)
    }

    /// The groups that one picture belongs to.
    pub async fn duplicates_of(
        &self,
        dataset: DatasetId,
        generation: Generation,
        media: MediaId,
    ) -> Result<Vec<DuplicateGroup>> {
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, MemberRow>(
                "SELECT g.position, g.tier, m.place, m.media_id, m.likeness
                 FROM duplicate_groups g
                 JOIN duplicate_members m ON m.dataset_id = g.dataset_id
                     AND m.generation = g.generation AND m.position = g.position
                 WHERE g.dataset_id = $1 AND g.generation = $2 AND g.position IN (
                     SELECT position FROM duplicate_members
                     WHERE dataset_id = $1 AND generation = $2 AND media_id = $3)
                 ORDER BY g.position, m.place",
            )
            .bind(dataset.as_uuid())
            .bind(generation.0)
            .bind(media.as_uuid())
            .fetch_all(pool)
            .await?
        });
        groups(rows)
    }

    /// What comparing the set said about one picture; nothing for one indexed since.
    pub async fn findings_of(
        &self,
        dataset: DatasetId,
        generation: Generation,
        media: MediaId,
    ) -> Result<Option<MediaFindings>> {
        let row = read!(&self.db, pool => {
            sqlx::query_as::<_, FindingsRow>(
                "SELECT * FROM media_findings
                 WHERE dataset_id = $1 AND generation = $2 AND media_id = $3",
            )
            .bind(dataset.as_uuid())
            .bind(generation.0)
            .bind(media.as_uuid())
            .fetch_optional(pool)
            .await?
        });
        Ok(row.map(MediaFindings::from))
    }

    /// The next findings of a generation after a picture, in the order of ids; every one exactly
    /// once when the last id of each call is given to the next.
    pub async fn findings_after(
        &self,
        dataset: DatasetId,
        generation: Generation,
        after: Option<MediaId>,
        limit: usize,
    ) -> Result<Vec<MediaFindings>> {
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, FindingsRow>(
                "SELECT * FROM media_findings
                 WHERE dataset_id = $1 AND generation = $2 AND media_id > $3
                 ORDER BY media_id LIMIT $4",
            )
            .bind(dataset.as_uuid())
            .bind(generation.0)
            .bind(after.map_or(Uuid::nil(), MediaId::as_uuid))
            .bind(convert::limit(limit))
            .fetch_all(pool)
            .await?
        });
        Ok(rows.into_iter().map(MediaFindings::from).collect())
    }
}
