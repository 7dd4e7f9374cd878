//! Taking requests apart.

pub(crate) mod caller;
pub(crate) mod decode;
mod json;
pub(crate) mod mark;
pub(crate) mod origin;
mod parameters;
mod query;
mod query_or_form;

pub(crate) use json::{Json, JsonOrNothing};
pub(crate) use query::Query;
pub(crate) use query_or_form::QueryOrForm;
