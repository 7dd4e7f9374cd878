//! Taking requests apart.

pub(crate) mod caller;
pub(crate) mod decode;
mod parameters;
mod query;
mod query_or_form;

pub(crate) use query::Query;
pub(crate) use query_or_form::QueryOrForm;
