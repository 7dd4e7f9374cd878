//! A picture with everything that comparing the set said about it.

use lamina_engine::MediaDetails;
use lamina_model::{ClusterId, IssueKind, MediaId};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{media::MediaJson, object::ObjectBoxJson};
use crate::routes::fields::FieldValueJson;

/// A picture and what comparing the set said about it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MediaDetails)]
pub(crate) struct MediaDetailsJson {
    /// The picture by itself.
    #[serde(flatten)]
    pub media: MediaJson,
    /// What may be wrong with it.
    pub issues: Vec<IssueJson>,
    /// How much it adds to the set, 0–1; null before it was compared.
    pub uniqueness: Option<f32>,
    /// Its cluster at each level, the finest first; null before it was compared.
    pub clusters: Option<Vec<Uuid>>,
    /// Its copies; null where it has none.
    pub group: Option<CopiesJson>,
    /// Whether browsers show the file as it is.
    pub displayable: bool,
    /// What the embedding model takes it for, the surest first; at most five, and none where the
    /// model knows no classes.
    pub predicted: Vec<PredictedJson>,
    /// Labels of the whole picture.
    pub labels: Vec<LabelJson>,
    /// Its captions, in order.
    pub captions: Vec<CaptionJson>,
    /// Its first caption; null where it has none.
    pub caption: Option<String>,
    /// Its tags, in the order of their making.
    pub user_tags: Vec<BorneTagJson>,
    /// The boxes in it.
    pub objects: Vec<ObjectBoxJson>,
    /// What fields that people declared say of it.
    pub custom_metadata: Vec<FieldValueJson>,
}

/// Something that a picture seems to show.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Predicted)]
pub(crate) struct PredictedJson {
    /// Its name.
    #[schema(example = "tabby cat")]
    pub name: String,
    /// Its share among all that the picture may show, 0–1.
    pub share: f32,
}

/// A label of a picture.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Label)]
pub(crate) struct LabelJson {
    /// The label.
    pub label: String,
    /// Who says so: `user`, `annotation`, `folder` or `model`.
    #[schema(example = "annotation")]
    pub source: &'static str,
}

/// A sentence about a picture.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Caption)]
pub(crate) struct CaptionJson {
    /// The sentence.
    pub caption: String,
    /// Who says so: `user`, `annotation` or `model`.
    #[schema(example = "annotation")]
    pub source: &'static str,
}

impl From<&lamina_model::Caption> for CaptionJson {
    fn from(caption: &lamina_model::Caption) -> Self {
        Self {
            caption: caption.caption.clone(),
            source: caption.source.as_str(),
        }
    }
}

/// A tag that a picture bears.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BorneTag)]
pub(crate) struct BorneTagJson {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
}

/// Something that may be wrong with a picture.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Issue)]
pub(crate) struct IssueJson {
    /// `blur`, `dark`, `bright`, `outliers`, `mislabels`, `label_outlier`, `low_information`,
    /// `odd_size`, `odd_aspect_ratio` or `leakage`.
    #[schema(example = "blur")]
    pub kind: &'static str,
    /// How sure that is, 0–1; from 0.5 on it counts.
    pub confidence: f32,
    /// What there is to say beside: the label that a mislabelled picture should have, the path of
    /// the copy in another split. Empty for other kinds.
    pub issues_description: String,
    /// The label that a mislabelled picture should have; null for other kinds.
    pub suggested_label: Option<String>,
}

/// The copies that a picture is one of.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Copies)]
pub(crate) struct CopiesJson {
    /// The group's id, as long as the generation lasts.
    pub group_id: String,
    /// How they are the same.
    #[schema(example = "same_bytes")]
    pub tier: &'static str,
    /// The copy to keep.
    pub keep: Uuid,
    /// The others.
    pub others: Vec<Uuid>,
}

impl From<MediaDetails> for MediaDetailsJson {
    fn from(details: MediaDetails) -> Self {
        let issues = details.issues.iter().map(|issue| IssueJson {
            kind: issue.kind.as_str(),
            confidence: issue.confidence,
            issues_description: issue.description.clone(),
            suggested_label: (issue.kind == IssueKind::Mislabels)
                .then(|| issue.description.clone()),
        });
        let said = &details.said;
        Self {
            media: MediaJson::from(&details.media),
            issues: issues.collect(),
            uniqueness: details.uniqueness,
            clusters: details
                .clusters
                .map(|ids| ids.map(ClusterId::as_uuid).to_vec()),
            group: details.copies.map(|copies| CopiesJson {
                group_id: copies.group_id,
                tier: copies.tier.as_str(),
                keep: copies.keep.as_uuid(),
                others: copies.others.into_iter().map(MediaId::as_uuid).collect(),
            }),
            displayable: details.media.format.is_shown_by_browsers(),
            predicted: details
                .predicted
                .into_iter()
                .map(|(name, share)| PredictedJson { name, share })
                .collect(),
            labels: said
                .labels
                .iter()
                .map(|one| LabelJson {
                    label: one.label.clone(),
                    source: one.source.as_str(),
                })
                .collect(),
            caption: said.captions.first().map(|one| one.caption.clone()),
            captions: said.captions.iter().map(CaptionJson::from).collect(),
            user_tags: said
                .tags
                .iter()
                .map(|tag| BorneTagJson {
                    id: tag.id.as_uuid(),
                    name: tag.name.clone(),
                })
                .collect(),
            custom_metadata: said.values.iter().map(FieldValueJson::from).collect(),
            objects: said
                .objects
                .iter()
                .map(|object| ObjectBoxJson::new(&details.media, object))
                .collect(),
        }
    }
}
