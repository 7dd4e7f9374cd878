//! Files that are sent in requests of a transaction.

use lamina_engine::{Caller, Error};

use crate::workshop::{Workshop, picture};

#[tokio::test]
async fn a_batch_without_files_leaves_a_transaction_empty_and_open() {
    let shop = Workshop::new().await;
    let engine = &shop.engine;
    let made = engine.new_upload_dataset(&Caller::Local, "sent").await;
    let scope = shop.scope_of(made.unwrap().id).await;
    let number = engine.begin_upload(&scope).await.unwrap().to_string();
    let upload = engine.upload(&scope, &number).await.unwrap();
    let nothing = upload.begin_batch().await.unwrap();
    nothing.keep().await.unwrap();
    let ended = engine.finish_upload(&scope, upload).await;
    assert!(
        matches!(
            ended,
            Err(Error::Invalid {
                field: "transaction",
                ..
            })
        ),
        "{ended:?}"
    );
    let upload = engine.upload(&scope, &number).await.unwrap();
    let batch = upload.begin_batch().await.unwrap();
    let mut file = batch.begin_file("a.bmp").await.unwrap();
    file.write(&picture(1)).await.unwrap();
    file.keep().await.unwrap();
    batch.keep().await.unwrap();
    let late = engine.upload(&scope, &number).await.unwrap();
    engine.finish_upload(&scope, upload).await.unwrap();
    let late = late.begin_batch().await.err();
    assert!(
        matches!(
            late,
            Some(Error::NotFound {
                what: "transaction",
                ..
            })
        ),
        "{late:?}"
    );
}
