//! Cursors and page sizes as parameters.

use lamina_engine::{DatasetScope, PagedList};
use lamina_model::Cursor;

use crate::error::{ApiError, ParameterFault, Problem};

/// Most rows on a page.
const MOST: u32 = 1000;

/// The cursor in a parameter.
pub(crate) fn cursor(text: Option<String>) -> Result<Option<Cursor>, Problem> {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    match text.parse() {
        Ok(cursor) => Ok(Some(cursor)),
        Err(why) => Err(fault(
            "cursor",
            "value_error",
            format!("Value error, {why}"),
            text,
        )),
    }
}

/// Where a page of what is wanted begins: at a cursor, with the tags and labels of when the walk
/// began, or else at `first` of the present moment.
///
/// # Errors
/// 422 for a text that is no cursor, 400 for one of another list, 409 for one of an older analysis.
pub(crate) fn resumed(
    scope: DatasetScope,
    list: PagedList,
    text: Option<&str>,
    first: u32,
) -> Result<(DatasetScope, u32), ApiError> {
    match cursor(text.map(str::to_owned))? {
        Some(cursor) => Ok(scope.resumed(list, &cursor)?),
        None => Ok((scope, first)),
    }
}

/// The cursor of the page after one that began at `first` and shows `shown` entries; nothing
/// where these are the last.
pub(crate) fn next(
    scope: &DatasetScope,
    list: PagedList,
    first: u32,
    shown: usize,
    more: bool,
) -> Option<String> {
    let shown = u32::try_from(shown).unwrap_or(u32::MAX);
    (more && shown > 0).then(|| {
        scope
            .cursor_at(list, first.saturating_add(shown))
            .to_string()
    })
}

/// The page size in a parameter, or the usual one.
pub(crate) fn limit(wanted: Option<u32>, usual: u32) -> Result<usize, Problem> {
    let limit = number("limit", wanted, usual, MOST)?;
    Ok(usize::try_from(limit).expect("at most a thousand"))
}

/// A number from 1 to `most` in a parameter, or the usual one.
pub(crate) fn number(
    name: &str,
    wanted: Option<u32>,
    usual: u32,
    most: u32,
) -> Result<u32, Problem> {
    let number = wanted.unwrap_or(usual);
    let (kind, msg) = if number == 0 {
        (
            "greater_than_equal",
            "Input should be greater than or equal to 1".to_owned(),
        )
    } else if number > most {
        (
            "less_than_equal",
            format!("Input should be less than or equal to {most}"),
        )
    } else {
        return Ok(number);
    };
    Err(fault(name, kind, msg, number.to_string()))
}

fn fault(field: &str, kind: &str, msg: String, input: String) -> Problem {
    Problem::faults(vec![ParameterFault {
        kind: kind.to_owned(),
        loc: vec!["query".to_owned(), field.to_owned()],
        msg,
        input: input.into(),
    }])
}
