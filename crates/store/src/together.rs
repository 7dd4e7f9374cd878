//! Statements that are about many pictures: one for each hundred, where one for each picture takes
//! most of its time on its way.

use lamina_model::MediaId;
use uuid::Uuid;

/// Pictures that one statement is about.
pub(crate) const TOGETHER: usize = 100;

/// The places of so many ids in a statement, from this number on.
pub(crate) fn places(first: usize) -> String {
    let places = (first..first + TOGETHER).map(|number| format!("${number}"));
    places.collect::<Vec<_>>().join(", ")
}

/// These ids, the last of them as often as it takes to fill all places: so the statement is the
/// same for any number of them, and is read by the database once.
pub(crate) fn filled(some: &[MediaId]) -> impl Iterator<Item = Uuid> {
    let ids = some.iter().chain(some.last().into_iter().cycle());
    ids.take(TOGETHER).map(|id| id.as_uuid())
}

/// All rows that a statement finds of some pictures; the ids stand in it where it says `{places}`,
/// behind what else is bound.
macro_rules! rows_of {
    ($store:expr, $ids:expr, $row:ty, $sql:literal, $($bound:expr),+) => {{
        use $crate::together::{TOGETHER, filled, places};
        let bound = [$(stringify!($bound)),+].len();
        let sql = format!($sql, places = places(bound + 1));
        let mut all: Vec<$row> = Vec::new();
        for some in $ids.chunks(TOGETHER) {
            let rows = $crate::db::read!(&$store.db, pool => {
                let sql = sqlx::AssertSqlSafe(sql.clone());
                let mut query = sqlx::query_as::<_, $row>(sql)$(.bind($bound))+;
                for id in filled(some) {
                    query = query.bind(id);
                }
                query.fetch_all(pool).await?
            });
            all.extend(rows);
        }
        all
    }};
}

pub(crate) use rows_of;
