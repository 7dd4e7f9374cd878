//! Pictures, clusters and boxes that are chosen to be exported.

use std::collections::BTreeSet;

use lamina_engine::{ExportPart, ObjectPart, Wanted};
use lamina_model::{Clause, ClusterId, MediaId, ObjectId, SetOp};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::explore::objects::wanted as of_boxes;
use crate::{
    error::{ParameterFault, Problem},
    wire::{entity_type::EntityType, vql},
};

/// Most parts of a selection: each costs a walk over the dataset.
const MOST_PARTS: usize = 1000;

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
    Cluster(ClusterPayload),
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
    #[serde(default)]
    #[schema(required = false)]
    cluster_filters: ClusterFilters,
    /// Pictures left out.
    #[serde(default)]
    #[schema(required = false)]
    exclude_media_ids: Vec<Uuid>,
}

/// What narrows a cluster.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct ClusterFilters {
    /// `IMAGES`, or `OBJECTS` where it is a cluster of boxes.
    #[schema(required = false)]
    entity_type: Option<String>,
    /// Labels; any of them will do.
    #[schema(required = false)]
    labels: Vec<String>,
    /// Filters in the query language, all of which must hold.
    #[schema(required = false, value_type = Vec<Object>)]
    vql: Vec<serde_json::Value>,
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
        let filters = self.cluster_filters;
        let about = match filters.entity_type.as_deref() {
            None | Some("") => about,
            word => EntityType::read(word).map_err(|other| {
                let msg = "entity_type takes IMAGES or OBJECTS";
                fault("entity_type", msg, other.into())
            })?,
        };
        let text = serde_json::Value::from(filters.vql).to_string();
        let mut wanted = Wanted {
            filter: vql::read(&text)?,
            ..Wanted::default()
        };
        let cluster = ClusterId::from_uuid(self.cluster_id);
        if !filters.labels.is_empty() {
            // Beside the filters, not in place of them: all must hold.
            wanted.filter.clauses.push(Clause::Labels {
                op: SetOp::OneOf,
                names: filters.labels.into_iter().collect(),
            });
        }
        if about == EntityType::Objects {
            return Ok(ExportPart::Objects(Box::new(ObjectPart {
                wanted: of_boxes(wanted),
                cluster: Some(cluster),
                except: boxes(self.exclude_media_ids),
                ..ObjectPart::default()
            })));
        }
        wanted.clusters = [cluster].into();
        Ok(ExportPart::Matching {
            wanted: Box::new(wanted),
            except: media(self.exclude_media_ids),
        })
    }
}

fn fault(name: &str, msg: &str, input: serde_json::Value) -> Problem {
    Problem::faults(vec![ParameterFault {
        kind: "value_error".to_owned(),
        loc: vec!["body".to_owned(), name.to_owned()],
        msg: format!("Value error, {msg}"),
        input,
    }])
}

fn media(ids: Vec<Uuid>) -> BTreeSet<MediaId> {
    ids.into_iter().map(MediaId::from_uuid).collect()
}

fn boxes(ids: Vec<Uuid>) -> BTreeSet<ObjectId> {
    ids.into_iter().map(ObjectId::from_uuid).collect()
}
