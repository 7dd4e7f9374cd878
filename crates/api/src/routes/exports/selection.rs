//! Pictures, clusters and boxes that are chosen to be exported.

use std::collections::BTreeSet;

use lamina_engine::{ExportPart, ObjectPart, Wanted};
use lamina_model::{ClusterId, MediaId, ObjectId};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::explore::{IMAGES, OBJECTS, objects::wanted as of_boxes};
use crate::{
    error::{ParameterFault, Problem},
    wire::vql,
};

/// Which pictures are to be exported.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct MediaSelection {
    /// The parts; a picture in several is exported once.
    pub(super) media_selection: Vec<SelectionPart>,
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

impl SelectionPart {
    /// What it means; `objects` where ids and clusters are those of boxes unless it says otherwise.
    pub(super) fn read(self, objects: bool) -> Result<ExportPart, Problem> {
        match self {
            Self::Media(payload) if objects => Ok(ExportPart::Objects(Box::new(ObjectPart {
                only: Some(boxes(payload.media_ids)),
                ..ObjectPart::default()
            }))),
            Self::Media(payload) => Ok(ExportPart::Media(media(payload.media_ids))),
            Self::Cluster(payload) => payload.read(objects),
        }
    }
}

impl ClusterPayload {
    fn read(self, objects: bool) -> Result<ExportPart, Problem> {
        let filters = self.cluster_filters;
        let objects = match filters.entity_type.as_deref() {
            None | Some("") => objects,
            Some(IMAGES) => false,
            Some(OBJECTS) => true,
            Some(other) => {
                return Err(Problem::faults(vec![ParameterFault {
                    kind: "value_error".to_owned(),
                    loc: vec!["body".to_owned(), "entity_type".to_owned()],
                    msg: "Value error, entity_type takes IMAGES or OBJECTS".to_owned(),
                    input: other.into(),
                }]));
            }
        };
        let text = serde_json::Value::from(filters.vql).to_string();
        let mut wanted = Wanted {
            filter: vql::read(&text)?,
            ..Wanted::default()
        };
        let cluster = ClusterId::from_uuid(self.cluster_id);
        let labels = filters.labels.into_iter();
        if objects {
            let mut wanted = of_boxes(wanted);
            wanted.labels.extend(labels);
            return Ok(ExportPart::Objects(Box::new(ObjectPart {
                wanted,
                cluster: Some(cluster),
                except: boxes(self.exclude_media_ids),
                ..ObjectPart::default()
            })));
        }
        wanted.clusters = [cluster].into();
        wanted.labels = labels.collect();
        Ok(ExportPart::Matching {
            wanted: Box::new(wanted),
            except: media(self.exclude_media_ids),
        })
    }
}

fn media(ids: Vec<Uuid>) -> BTreeSet<MediaId> {
    ids.into_iter().map(MediaId::from_uuid).collect()
}

fn boxes(ids: Vec<Uuid>) -> BTreeSet<ObjectId> {
    ids.into_iter().map(ObjectId::from_uuid).collect()
}
