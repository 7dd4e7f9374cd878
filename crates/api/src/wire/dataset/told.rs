//! What was told of datasets last, byte for byte.
//!
//! Scripts and pages ask for one dataset many times a second, and to write the same JSON again
//! takes as long as to check the token. Bytes are told again only for a card that equals the one
//! they were written for, so that nothing here can be out of date.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

use axum::{
    body::Bytes,
    response::{IntoResponse, Response},
};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use lamina_engine::DatasetCard;
use lamina_model::DatasetId;

use super::DatasetJson;

/// Most datasets remembered; about two kilobytes each.
const CAPACITY: usize = 1024;

/// Answers about datasets.
#[derive(Default)]
pub(crate) struct ToldDatasets(RwLock<HashMap<DatasetId, (DatasetCard, Bytes)>>);

impl ToldDatasets {
    /// The answer that tells a card.
    pub(crate) fn answer(&self, card: DatasetCard) -> Response {
        let body = self.known(&card).unwrap_or_else(|| {
            let written = serde_json::to_vec(&DatasetJson::from(&card));
            self.remember(
                card,
                written.expect("texts and numbers can be written").into(),
            )
        });
        let json = HeaderValue::from_static("application/json");
        ([(CONTENT_TYPE, json)], body).into_response()
    }

    fn known(&self, card: &DatasetCard) -> Option<Bytes> {
        let told = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let (of, body) = told.get(&card.dataset.id)?;
        (of == card).then(|| body.clone())
    }

    fn remember(&self, card: DatasetCard, body: Bytes) -> Bytes {
        let mut told = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if told.len() >= CAPACITY {
            told.clear();
        }
        told.insert(card.dataset.id, (card, body.clone()));
        body
    }
}
