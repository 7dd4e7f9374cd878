//! The values of declared fields, laid over an index where a question asks of them.
//!
//! Values never change once they are there, so what was read of a field holds for as long as the
//! generation does.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use lamina_model::{
    Clause, DatasetId, FieldId, FieldKind, Filter, Generation, MetadataField, MetadataTest,
    MetadataValue, Span, Timestamp,
};

use super::{
    marks::Marks,
    open::{Opened, Seen},
};
use crate::{Engine, Error};

/// Fields kept in memory, of all datasets together.
const MOST_KEPT: usize = 24;
/// Values read from the store at a time.
const PAGE: usize = 8192;

/// Values by row.
type Values = Arc<Vec<(u32, MetadataValue)>>;

/// Fields by generation, the one asked last at the end.
#[derive(Debug, Default)]
pub(crate) struct FieldCache(Mutex<VecDeque<(DatasetId, Generation, FieldId, Values)>>);

impl FieldCache {
    fn find(&self, opened: &Opened, field: FieldId) -> Option<Values> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (opened.dataset, opened.index.generation(), field);
        let at = kept.iter().position(|(a, b, c, _)| (*a, *b, *c) == key)?;
        let entry = kept.remove(at)?;
        let values = Arc::clone(&entry.3);
        kept.push_back(entry);
        Some(values)
    }

    fn remember(&self, opened: &Opened, field: FieldId, values: &Values) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let generation = opened.index.generation();
        kept.push_back((opened.dataset, generation, field, Arc::clone(values)));
        while kept.len() > MOST_KEPT {
            kept.pop_front();
        }
    }
}

/// Whether a filter asks of fields.
fn asks(filter: &Filter) -> bool {
    let mut clauses = filter.clauses.iter();
    clauses.any(|clause| matches!(clause, Clause::Metadata { .. }))
}

/// Gives what is asked of fields the form that their kinds know: `is` of an enum means one of its
/// options, and of a moment that very moment. Gives the fields that are asked of.
///
/// # Errors
/// [`Error::Invalid`] for a field that is not there, whose values are not, or that takes values of
/// another kind than the question is about.
fn fit<'f>(
    filter: &mut Filter,
    fields: &'f [MetadataField],
) -> Result<BTreeMap<String, &'f MetadataField>, Error> {
    let mut asked = BTreeMap::new();
    for clause in &mut filter.clauses {
        let Clause::Metadata { field: name, test } = clause else {
            continue;
        };
        let known = fields.iter().find(|field| field.name == *name);
        let field = known.filter(|field| field.state.is_readable());
        let field = field.ok_or_else(|| {
            let why = format!("there is no metadata field {name:?} whose values are there");
            Error::invalid("metadata", why)
        })?;
        if let MetadataTest::Equals(word) = test {
            match field.kind {
                FieldKind::Enum => *test = MetadataTest::OneOf([word.clone()].into()),
                FieldKind::Datetime => {
                    if let Ok(moment) = Timestamp::from_iso(word) {
                        *test = MetadataTest::During(Span::between(moment, moment));
                    }
                }
                FieldKind::String | FieldKind::Float | FieldKind::Link => {}
            }
        }
        if !field.kind.is_asked_by(test) {
            let why = format!(
                "the metadata field {name:?} is of type {}, which is not asked in this way",
                field.kind.as_str()
            );
            return Err(Error::invalid("metadata", why));
        }
        asked.insert(name.clone(), field);
    }
    Ok(asked)
}

impl Engine {
    /// What is seen of an index at one moment, with the values of the fields that filters ask of.
    /// The filters get the form that the kinds of these fields know.
    ///
    /// # Errors
    /// [`Error::Invalid`] where a filter asks of a field what that cannot answer.
    pub(super) async fn seen(
        &self,
        opened: Arc<Opened>,
        version: i64,
        filters: &mut [&mut Filter],
    ) -> Result<Seen, Error> {
        let marks = self.marks_at(&opened, version).await?;
        if !filters.iter().any(|filter| asks(filter)) {
            return Ok(Seen { opened, marks });
        }
        let fields = self.store().fields(opened.dataset).await?;
        let mut with_values = Marks::clone(&marks);
        for filter in filters {
            for (name, field) in fit(filter, &fields)? {
                let values = self.values_by_row(&opened, field).await?;
                with_values.overlay.fields.insert(name, values);
            }
        }
        Ok(Seen {
            opened,
            marks: Arc::new(with_values),
        })
    }

    async fn values_by_row(&self, opened: &Opened, field: &MetadataField) -> Result<Values, Error> {
        let cache = &self.parts().indexes.fields;
        if let Some(values) = cache.find(opened, field.id) {
            return Ok(values);
        }
        let mut values = Vec::new();
        let mut last = None;
        loop {
            let page = self
                .store()
                .values_after(opened.dataset, field.id, last, PAGE)
                .await?;
            last = page.last().map(|(media, position, _)| (*media, *position));
            let more = page.len() == PAGE;
            for (media, _, value) in page {
                if let Some(row) = opened.index.row_of(media) {
                    values.push((row, value));
                }
            }
            if !more {
                break;
            }
        }
        let values = Arc::new(values);
        cache.remember(opened, field.id, &values);
        Ok(values)
    }
}
