//! Who may see and do what with a dataset.

use lamina_engine::{Caller, Need};

use crate::workshop::Workshop;

#[tokio::test]
async fn nobody_learns_of_a_dataset_without_signing_in() {
    let shop = Workshop::new().await;
    let created = shop.open().await;
    let real = created.dataset.id.to_string();
    for id in [
        real.as_str(),
        "0198c0de-0000-7000-8000-000000000000",
        "../../etc/passwd",
        "",
    ] {
        let error = shop
            .engine
            .dataset(&Caller::Anonymous, id, Need::View)
            .await
            .unwrap_err();
        assert_eq!(error.code(), "credentials_missing", "{id}");
    }
    assert!(
        shop.engine
            .datasets(&Caller::Anonymous)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn a_public_dataset_may_be_looked_at_but_not_changed() {
    let shop = Workshop::new().await;
    let created = shop.open().await;
    shop.store
        .set_dataset_public(created.dataset.id, true)
        .await
        .unwrap();
    let id = created.dataset.id.to_string();
    assert!(
        shop.engine
            .dataset(&Caller::Anonymous, &id, Need::View)
            .await
            .is_ok()
    );
    let error = shop
        .engine
        .dataset(&Caller::Anonymous, &id, Need::Edit)
        .await
        .unwrap_err();
    assert_eq!(error.code(), "credentials_missing");
}

#[tokio::test]
async fn an_id_is_repeated_in_the_answer_only_so_far() {
    let shop = Workshop::new().await;
    let error = shop
        .engine
        .dataset(&Caller::Local, &"é".repeat(5000), Need::View)
        .await
        .unwrap_err();
    assert!(error.to_string().chars().count() < 120, "{error}");
}
