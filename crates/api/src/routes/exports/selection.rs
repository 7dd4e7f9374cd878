//! Pictures, clusters and boxes that are chosen to be exported.

use std::collections::{BTreeMap, BTreeSet};

use lamina_engine::{ExportPart, ObjectPart, Wanted};
use lamina_model::{Clause, ClusterId, MediaId, ObjectId, SetOp};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::explore::objects::wanted as of_boxes;
use crate::{
    error::{ParameterFault, Problem},
    wire::{entity_type::EntityType, listed::tags_among, vql},
};

/// Most parts of a selection: each costs a walk over the dataset.
const MOST_PARTS: usize = 1000;

/// What `cluster_filters` takes beside what narrows a cluster: clients send on what they explored
/// with.
const NARROWS_NOTHING: &[&str] = &[
    "allow_deleted",
    "anchor_type",
    "cursor",
    "page_number",
    "textual_similarity_threshold",
    "threshold",
    "verbose",
];

/// Which pictures are to be exported.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct MediaSelection {
    /// The parts, 1000 at most; a picture in several is exported once.
    media_selection: Vec<SelectionPart>,
}

/// Pictures by id, or the pictures of a cluster.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "type", content = "payload", rename_all = "snake_case")]
pub(crate) enum SelectionPart {
    /// Pictures by id.
    Media(MediaPayload),
    /// The pictures of a cluster.
    Cluster(Box<ClusterPayload>),
}

/// Pictures by id.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct MediaPayload {
    /// The pictures.
    media_ids: Vec<Uuid>,
}

/// The pictures of a cluster.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ClusterPayload {
    /// The cluster.
    cluster_id: Uuid,
    /// What narrows it.
    cluster_filters: Option<ClusterFilters>,
    /// Pictures left out.
    exclude_media_ids: Option<Vec<Uuid>>,
}

/// What narrows a cluster.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct ClusterFilters {
    /// `IMAGES`, or `OBJECTS` where it is a cluster of boxes.
    entity_type: Option<String>,
    /// Labels; any of them will do.
    labels: Option<Vec<String>>,
    /// Ids of tags, or `untagged`; any of them will do.
    tags: Option<Vec<String>>,
    /// Only pictures with a copy at least so much alike, 0–1.
    duplicate_threshold: Option<f32>,
    /// Filters in the query language, all of which must hold.
    #[schema(value_type = Option<Vec<Object>>)]
    vql: Option<Vec<Value>>,
    /// What orders pictures narrows no cluster: refused, save where it is empty.
    caption: Option<String>,
    /// As `caption`.
    image_caption: Option<String>,
    /// As `caption`.
    caption_only_filter: Option<String>,
    /// As `caption`.
    anchor_media_id: Option<String>,
    /// As `caption`.
    less_like: Option<String>,
    #[serde(flatten)]
    #[schema(ignore)]
    others: BTreeMap<String, Value>,
}

impl ClusterFilters {
    /// What they mean.
    ///
    /// # Errors
    /// 422 with the first that means nothing; 400 for what orders pictures.
    fn read(self) -> Result<Wanted, Problem> {
        self.check()?;
        let text = Value::from(self.vql.unwrap_or_default()).to_string();
        let mut filter = vql::read(&text)?;
        // Beside the filters, not in place of them: all must hold.
        if let Some(names) = self.labels.filter(|names| !names.is_empty()) {
            filter.clauses.push(Clause::Labels {
                op: SetOp::OneOf,
                names: names.into_iter().collect(),
            });
        }
        if let Some(least) = self.duplicate_threshold {
            if !(0.0..=1.0).contains(&least) {
                let msg = "duplicate_threshold takes 0 to 1";
                return Err(fault("duplicate_threshold", msg, least.into()));
            }
            filter.clauses.push(Clause::Duplicates { least });
        }
        let names = self.tags.unwrap_or_default();
        let (tags, untagged) = tags_among(names.clone()).ok_or_else(|| {
            let msg = "tags takes ids of tags, or untagged";
            fault("tags", msg, names.into())
        })?;
        Ok(Wanted {
            filter,
            tags,
            untagged,
            ..Wanted::default()
        })
    }

    /// Refuses what a cluster would be left whole for.
    fn check(&self) -> Result<(), Problem> {
        for (name, text) in [
            ("caption", &self.caption),
            ("image_caption", &self.image_caption),
            ("caption_only_filter", &self.caption_only_filter),
            ("anchor_media_id", &self.anchor_media_id),
            ("less_like", &self.less_like),
        ] {
            if text.as_ref().is_some_and(|text| !text.trim().is_empty()) {
                return Err(vql::not_supported(&format!(
                    "{name} orders pictures and narrows no cluster: name the pictures in a part \
                     of the type media, or ask export_context_async"
                )));
            }
        }
        for (name, value) in &self.others {
            if !NARROWS_NOTHING.contains(&name.as_str()) && !is_empty(value) {
                let msg = "cluster_filters takes entity_type, labels, tags, duplicate_threshold \
                           and vql";
                return Err(fault(name, msg, value.clone()));
            }
        }
        Ok(())
    }
}

impl MediaSelection {
    /// What it means; `about` says whose ids and clusters are named, unless a part says otherwise.
    ///
    /// # Errors
    /// 422 with the first value that means nothing, and where there are too many parts.
    pub(super) fn read(self, about: EntityType) -> Result<Vec<ExportPart>, Problem> {
        let parts = self.media_selection;
        if parts.len() > MOST_PARTS {
            let count = parts.len();
            let msg = format!(
                "these are {count} parts, and it takes {MOST_PARTS}; name more ids in a part"
            );
            return Err(fault("media_selection", &msg, count.into()));
        }
        parts.into_iter().map(|part| part.read(about)).collect()
    }
}

impl SelectionPart {
    fn read(self, about: EntityType) -> Result<ExportPart, Problem> {
        match (self, about) {
            (Self::Media(payload), EntityType::Images) => {
                Ok(ExportPart::Media(media(payload.media_ids)))
            }
            (Self::Media(payload), EntityType::Objects) => {
                Ok(ExportPart::Objects(Box::new(ObjectPart {
                    only: Some(boxes(payload.media_ids)),
                    ..ObjectPart::default()
                })))
            }
            (Self::Cluster(payload), about) => payload.read(about),
        }
    }
}

impl ClusterPayload {
    fn read(self, about: EntityType) -> Result<ExportPart, Problem> {
        let filters = self.cluster_filters.unwrap_or_default();
        let except = self.exclude_media_ids.unwrap_or_default();
        let about = match filters.entity_type.as_deref() {
            None | Some("") => about,
            word => EntityType::read(word).map_err(|other| {
                let msg = "entity_type takes IMAGES or OBJECTS";
                fault("entity_type", msg, other.into())
            })?,
        };
        let mut wanted = filters.read()?;
        let cluster = ClusterId::from_uuid(self.cluster_id);
        if about == EntityType::Objects {
            return Ok(ExportPart::Objects(Box::new(ObjectPart {
                wanted: of_boxes(wanted),
                cluster: Some(cluster),
                except: boxes(except),
                ..ObjectPart::default()
            })));
        }
        wanted.clusters = [cluster].into();
        Ok(ExportPart::Matching {
            wanted: Box::new(wanted),
            except: media(except),
        })
    }
}

fn fault(name: &str, msg: &str, input: Value) -> Problem {
    Problem::faults(vec![ParameterFault {
        kind: "value_error".to_owned(),
        loc: vec!["body".to_owned(), name.to_owned()],
        msg: format!("Value error, {msg}"),
        input,
    }])
}

/// Whether a value asks for nothing.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn media(ids: Vec<Uuid>) -> BTreeSet<MediaId> {
    ids.into_iter().map(MediaId::from_uuid).collect()
}

fn boxes(ids: Vec<Uuid>) -> BTreeSet<ObjectId> {
    ids.into_iter().map(ObjectId::from_uuid).collect()
}
