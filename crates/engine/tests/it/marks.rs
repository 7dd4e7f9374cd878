//! Tagging and labelling.

use std::collections::BTreeSet;

use lamina_engine::{Caller, DatasetScope, Engine, Error, Marked, Need, Order, Selection, Wanted};
use lamina_model::{MarkOp, MediaId, TagId};

use crate::workshop::{Workshop, picture, run_to_end};

async fn fresh(engine: &Engine, scope: &DatasetScope) -> DatasetScope {
    let id = scope.id().to_string();
    engine
        .dataset(&Caller::Local, &id, Need::Edit)
        .await
        .unwrap()
}

async fn paths(engine: &Engine, scope: &DatasetScope, wanted: Wanted) -> Vec<String> {
    let scope = fresh(engine, scope).await;
    let grid = engine
        .grid(&scope, wanted, Order::default(), 0, 1000)
        .await
        .unwrap();
    grid.items
        .iter()
        .map(|(card, ..)| card.path.to_string())
        .collect()
}

async fn ids(engine: &Engine, scope: &DatasetScope) -> Vec<MediaId> {
    let grid = engine
        .grid(scope, Wanted::default(), Order::default(), 0, 1000)
        .await
        .unwrap();
    grid.items.iter().map(|(card, ..)| card.media_id).collect()
}

fn tagged(tag: TagId) -> Wanted {
    Wanted {
        tags: [tag].into(),
        ..Wanted::default()
    }
}

async fn change(
    engine: &Engine,
    scope: &DatasetScope,
    selection: Selection,
    ops: Vec<MarkOp>,
) -> Marked {
    let scope = fresh(engine, scope).await;
    engine
        .change_marks(&Caller::Local, &scope, selection, ops)
        .await
        .unwrap()
}

fn matching(wanted: Wanted) -> Selection {
    Selection::Matching {
        wanted: Box::new(wanted),
        except: BTreeSet::new(),
    }
}

async fn shop(pictures: u32) -> (Workshop, DatasetScope) {
    let shop = Workshop::new().await;
    for seed in 0..pictures {
        shop.put(format!("{seed}.bmp"), &picture(seed));
    }
    let (scope, _) = shop.index().await;
    (shop, scope)
}

#[tokio::test]
async fn a_tag_shows_at_once_and_survives_indexing_again() {
    let (shop, scope) = shop(4).await;
    let engine = &shop.engine;
    let tag = engine
        .create_tag(&Caller::Local, &scope, " to check ")
        .await
        .unwrap();
    assert_eq!(tag.name, "to check");
    let media = ids(engine, &scope).await;
    let some = Selection::Media([media[0], media[2]].into());
    let marked = change(engine, &scope, some, vec![MarkOp::AddTag(tag.id)]).await;
    assert_eq!((marked.change.added, marked.job), (2, None));
    assert_eq!(
        paths(engine, &scope, tagged(tag.id)).await,
        ["0.bmp", "2.bmp"]
    );
    let untagged = Wanted {
        untagged: true,
        ..Wanted::default()
    };
    assert_eq!(
        paths(engine, &scope, untagged.clone()).await,
        ["1.bmp", "3.bmp"]
    );
    let counts = engine.tags(&fresh(engine, &scope).await).await.unwrap();
    assert_eq!((counts.len(), counts[0].count), (1, 2));
    // One file changes, one goes, one comes: what is left keeps its tags.
    shop.put("0.bmp", &picture(40));
    shop.remove("1.bmp");
    shop.put("9.bmp", &picture(9));
    let (scope, _) = shop.index().await;
    assert_eq!(
        paths(engine, &scope, tagged(tag.id)).await,
        ["0.bmp", "2.bmp"]
    );
    assert_eq!(
        paths(engine, &scope, untagged.clone()).await,
        ["3.bmp", "9.bmp"]
    );
    let next = shop.restarted();
    assert_eq!(
        paths(&next, &scope, tagged(tag.id)).await,
        ["0.bmp", "2.bmp"]
    );
    // Facets count under the wish, their own values left out.
    let facets = engine
        .facets(&fresh(engine, &scope).await, untagged)
        .await
        .unwrap();
    assert_eq!((facets.total, facets.untagged), (2, 2));
    assert_eq!(facets.tags, [(tag.id, 2)]);
}

#[tokio::test]
async fn a_change_over_a_filter_can_be_taken_back_and_that_too() {
    let (shop, scope) = shop(5).await;
    let engine = &shop.engine;
    let tag = engine
        .create_tag(&Caller::Local, &scope, "x")
        .await
        .unwrap();
    let names = Wanted {
        names: ["1.bmp".to_owned(), "3.bmp".to_owned()].into(),
        ..Wanted::default()
    };
    let ops = vec![MarkOp::AddTag(tag.id), MarkOp::AddLabel("odd".to_owned())];
    let made = change(engine, &scope, matching(names), ops).await;
    assert_eq!(made.change.added, 4);
    assert_eq!(made.change.summary, "tag \"x\", label \"odd\"");
    let odd = Wanted {
        labels: ["odd".to_owned()].into(),
        ..Wanted::default()
    };
    assert_eq!(paths(engine, &scope, odd.clone()).await, ["1.bmp", "3.bmp"]);
    let unlabelled = Wanted {
        unlabelled: true,
        ..Wanted::default()
    };
    assert_eq!(paths(engine, &scope, unlabelled.clone()).await.len(), 3);
    let id = made.change.id.to_string();
    let undo = engine
        .undo_change(&Caller::Local, &scope, &id)
        .await
        .unwrap();
    assert_eq!((undo.change.added, undo.change.removed), (0, 4));
    assert!(paths(engine, &scope, odd.clone()).await.is_empty());
    assert_eq!(paths(engine, &scope, unlabelled).await.len(), 5);
    let again = engine.undo_change(&Caller::Local, &scope, &id).await;
    assert!(
        matches!(
            again,
            Err(Error::Conflict {
                code: "already_undone",
                ..
            })
        ),
        "{again:?}"
    );
    let id = undo.change.id.to_string();
    engine
        .undo_change(&Caller::Local, &scope, &id)
        .await
        .unwrap();
    assert_eq!(paths(engine, &scope, odd).await, ["1.bmp", "3.bmp"]);
    let (scope, _) = shop.index().await;
    assert_eq!(
        paths(engine, &scope, tagged(tag.id)).await,
        ["1.bmp", "3.bmp"]
    );
    assert_eq!(engine.changes(&scope, 10).await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_large_change_is_a_job_that_goes_on_where_it_was_stopped() {
    let (shop, scope) = shop(6).await;
    let engine = &shop.engine;
    let tag = engine
        .create_tag(&Caller::Local, &scope, "many")
        .await
        .unwrap();
    // So many labels that six pictures are too much to wait for.
    let mut ops: Vec<_> = (0..1000)
        .map(|n| MarkOp::AddLabel(format!("l{n}")))
        .collect();
    ops.push(MarkOp::AddTag(tag.id));
    let made = change(engine, &scope, matching(Wanted::default()), ops).await;
    assert_eq!(made.change.added, 0);
    let early = engine
        .undo_change(&Caller::Local, &scope, &made.change.id.to_string())
        .await;
    assert!(
        matches!(
            early,
            Err(Error::Conflict {
                code: "change_running",
                ..
            })
        ),
        "{early:?}"
    );
    let job = run_to_end(engine, made.job.unwrap()).await;
    assert_eq!((job.error, job.progress.done), (None, 6));
    assert_eq!(paths(engine, &scope, tagged(tag.id)).await.len(), 6);
    let all = engine.changes(&scope, 1).await.unwrap();
    assert_eq!(all[0].added, 6006);
    let id = made.change.id.to_string();
    let undo = engine
        .undo_change(&Caller::Local, &scope, &id)
        .await
        .unwrap();
    run_to_end(engine, undo.job.unwrap()).await;
    assert!(paths(engine, &scope, tagged(tag.id)).await.is_empty());
    let labels = shop.store.labels_after(scope.id(), None, 10).await.unwrap();
    assert!(labels.is_empty(), "{}", labels.len());
}

#[tokio::test]
async fn two_who_tag_at_once_lose_nothing() {
    let (shop, scope) = shop(8).await;
    let engine = &shop.engine;
    let tag = engine
        .create_tag(&Caller::Local, &scope, "both")
        .await
        .unwrap();
    let media = ids(engine, &scope).await;
    let half = async |half: &[MediaId]| {
        for one in half {
            let one = Selection::Media([*one].into());
            change(engine, &scope, one, vec![MarkOp::AddTag(tag.id)]).await;
            assert!(!paths(engine, &scope, tagged(tag.id)).await.is_empty());
        }
    };
    tokio::join!(half(&media[..4]), half(&media[4..]));
    assert_eq!(paths(engine, &scope, tagged(tag.id)).await.len(), 8);
}

#[tokio::test]
async fn a_deleted_tag_is_gone_from_every_picture_and_comes_back_with_undo() {
    let (shop, scope) = shop(3).await;
    let engine = &shop.engine;
    let tag = engine
        .create_tag(&Caller::Local, &scope, "gone")
        .await
        .unwrap();
    change(
        engine,
        &scope,
        matching(Wanted::default()),
        vec![MarkOp::AddTag(tag.id)],
    )
    .await;
    let id = tag.id.to_string();
    let now = fresh(engine, &scope).await;
    let gone = engine.delete_tag(&Caller::Local, &now, &id).await.unwrap();
    assert_eq!(gone.change.removed, 3);
    let now = fresh(engine, &scope).await;
    assert!(engine.tags(&now).await.unwrap().is_empty());
    let again = engine.delete_tag(&Caller::Local, &now, &id).await;
    assert!(matches!(again, Err(Error::NotFound { what: "tag", .. })));
    let gone = gone.change.id.to_string();
    engine
        .undo_change(&Caller::Local, &now, &gone)
        .await
        .unwrap();
    let counts = engine.tags(&fresh(engine, &scope).await).await.unwrap();
    assert_eq!((counts[0].tag.name.as_str(), counts[0].count), ("gone", 3));
    let twin = engine.create_tag(&Caller::Local, &scope, "GONE").await;
    assert!(matches!(
        twin,
        Err(Error::Conflict {
            code: "tag_exists",
            ..
        })
    ));
}
