//! The two trees of migrations make the same tables.

use std::collections::BTreeMap;

use lamina_store::Store;
use sqlx::{
    ConnectOptions, Connection, PgConnection, Row, SqliteConnection, sqlite::SqliteConnectOptions,
};

use crate::world::World;

/// Table and column to kind of value and whether it may be missing.
type Schema = BTreeMap<(String, String), (&'static str, bool)>;

fn kind(name: &str) -> &'static str {
    match name.to_ascii_uppercase().as_str() {
        "BLOB" | "UUID" | "BYTEA" => "bytes",
        "TEXT" => "text",
        "BIGINT" | "INTEGER" => "integer",
        "REAL" => "real",
        "BOOLEAN" => "boolean",
        other => panic!("a type the two databases do not share: {other}"),
    }
}

async fn sqlite_schema(connection: &mut SqliteConnection) -> Schema {
    let rows = sqlx::query(
        "SELECT t.name, c.name, c.type, c.\"notnull\" FROM sqlite_schema t
         JOIN pragma_table_info(t.name) c
         WHERE t.type = 'table' AND t.name NOT LIKE '\\_sqlx%' ESCAPE '\\'
             AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    )
    .fetch_all(connection)
    .await
    .unwrap();
    rows.iter()
        .map(|row| {
            let type_name: String = row.get(2);
            let column = (row.get(0), row.get(1));
            (column, (kind(&type_name), row.get::<i64, _>(3) == 0))
        })
        .collect()
}

async fn postgres_schema(connection: &mut PgConnection) -> Schema {
    let rows = sqlx::query(
        "SELECT table_name::text, column_name::text, udt_name::text, is_nullable = 'YES'
         FROM information_schema.columns
         WHERE table_schema = 'public' AND table_name <> '_sqlx_migrations'",
    )
    .fetch_all(connection)
    .await
    .unwrap();
    rows.iter()
        .map(|row| {
            let type_name: String = row.get(2);
            let plain = match type_name.as_str() {
                "int8" => "BIGINT",
                "float4" => "REAL",
                "bool" => "BOOLEAN",
                other => other,
            };
            ((row.get(0), row.get(1)), (kind(plain), row.get(3)))
        })
        .collect()
}

#[tokio::test]
async fn both_databases_have_the_same_tables_and_columns() {
    let sqlite = World::sqlite().await;
    let Some(postgres) = World::postgres().await else {
        return;
    };
    let file = sqlite.folder().join(Store::DATABASE_FILE);
    let mut connection = SqliteConnectOptions::new()
        .filename(file)
        .connect()
        .await
        .unwrap();
    let here = sqlite_schema(&mut connection).await;
    let mut connection = PgConnection::connect(&postgres.url()).await.unwrap();
    let there = postgres_schema(&mut connection).await;
    assert!(here.len() > 80, "{}", here.len());
    assert_eq!(here, there);
    connection.close().await.unwrap();
    postgres.drop_database().await;
}

/// Runs with cargo alone: the text of the two trees, brought to one dialect, is the same.
#[test]
fn both_trees_say_the_same_but_for_the_names_of_types() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let names = |folder: &str| {
        let mut names: Vec<_> = fs_err::read_dir(root.join(folder))
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names("sqlite"), names("postgres"));
    for name in names("sqlite") {
        let read = |folder: &str| fs_err::read_to_string(root.join(folder).join(&name)).unwrap();
        let one = read("sqlite")
            .replace("INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT", "NUMBERED")
            .replace(" WITHOUT ROWID", "");
        let other = read("postgres")
            .replace(
                "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
                "NUMBERED",
            )
            .replace("UUID", "BLOB")
            .replace("BYTEA", "BLOB");
        assert_eq!(one, other, "{name:?}");
    }
}
