//! What an analysis says of labels, of splits, and of a set that grew.

use lamina_engine::{Caller, ClusterCard, DatasetScope, GroupsWanted, Selection, Wanted};
use lamina_model::{ClusterLevel, Issue, IssueKind, MarkOp, MediaId};

use crate::workshop::{Workshop, bitmap, picture};

/// A picture of one class: its ground in one of four places, and something of its own.
fn of_class(class: u32, own: u32) -> Vec<u8> {
    const SIDE: u32 = 48;
    let mut pixels = Vec::new();
    for y in 0..SIDE {
        for x in 0..SIDE {
            let here = (x / 24 + 2 * (y / 24)) == class;
            let wave = f64::from((x * (own % 7 + 1) + y * (own % 5 + 1)) % 48) / 48.0;
            let light = if here { 205.0 } else { 60.0 } + 40.0 * wave;
            let tint = f64::from(own * 37 % 30);
            pixels.extend([
                light as u8,
                (light - tint) as u8,
                (light + tint / 3.0) as u8,
            ]);
        }
    }
    bitmap(SIDE, SIDE, &pixels)
}

async fn media_at(shop: &Workshop, scope: &DatasetScope, path: &str) -> MediaId {
    let path = lamina_model::SourcePath::from_bytes(path.as_bytes().to_vec());
    let found = shop.store.media_at(scope.id(), &path).await.unwrap();
    found.expect("it is indexed")
}

async fn label(shop: &Workshop, scope: &DatasetScope, media: Vec<MediaId>, ops: Vec<MarkOp>) {
    let scope = shop.scope_of(scope.id()).await;
    shop.engine
        .change_marks(
            &Caller::Local,
            &scope,
            Selection::Media(media.into_iter().collect()),
            ops,
        )
        .await
        .unwrap();
}

/// The issues of one kind of a picture, as they are shown.
async fn issues(
    shop: &Workshop,
    scope: &DatasetScope,
    media: MediaId,
    kind: IssueKind,
) -> Vec<Issue> {
    let scope = shop.scope_of(scope.id()).await;
    let id = media.to_string();
    let details = shop.engine.media_details(&scope, &id).await;
    let mut found = details.unwrap().issues;
    found.retain(|issue| issue.kind == kind && issue.confidence >= 0.5);
    found
}

async fn counted(shop: &Workshop, scope: &DatasetScope, kind: IssueKind) -> u64 {
    let scope = shop.scope_of(scope.id()).await;
    let facets = shop.engine.facets(&scope, Wanted::default());
    let facets = facets.await.unwrap();
    facets
        .issues
        .iter()
        .find(|facet| facet.kind == kind)
        .unwrap()
        .count
}

#[tokio::test]
async fn a_wrong_label_is_told_with_the_right_one_and_told_no_more_once_it_is_set_right() {
    let shop = Workshop::new().await;
    for class in 0..3 {
        for own in 0..14 {
            shop.put(
                format!("{class}/{own}.bmp"),
                &of_class(class, own * 3 + class),
            );
        }
    }
    let (scope, _) = shop.index().await;
    let first = scope.dataset().generation;
    for class in 0..3 {
        let mut media = Vec::new();
        for own in 0..14 {
            media.push(media_at(&shop, &scope, &format!("{class}/{own}.bmp")).await);
        }
        let name = ["ant", "bee", "cow"][class];
        label(
            &shop,
            &scope,
            media,
            vec![MarkOp::AddLabel(name.to_owned())],
        )
        .await;
    }
    let wrong = media_at(&shop, &scope, "1/5.bmp").await;
    let swap = |from: &str, to: &str| {
        let (from, to) = (from.to_owned(), to.to_owned());
        vec![MarkOp::RemoveLabel(from), MarkOp::AddLabel(to)]
    };
    label(&shop, &scope, vec![wrong], swap("bee", "cow")).await;

    // The files are as they were, the labels are not.
    let (scope, _) = shop.index().await;
    assert_ne!(scope.dataset().generation, first);
    let told = issues(&shop, &scope, wrong, IssueKind::Mislabels).await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].description, "bee");
    assert_eq!(counted(&shop, &scope, IssueKind::Mislabels).await, 1);
    let report = shop.engine.report(&scope).await.unwrap().unwrap();
    assert_eq!(report.issues[&IssueKind::Mislabels], 1, "the report agrees");
    let text = shop
        .engine
        .export_document(&Caller::Local, &scope, "http://here", 99)
        .await;
    let text = text.unwrap();
    assert!(text.contains("\"issues_description\":\"bee\""), "{text}");

    label(&shop, &scope, vec![wrong], swap("cow", "bee")).await;
    let (scope, _) = shop.index().await;
    assert_eq!(issues(&shop, &scope, wrong, IssueKind::Mislabels).await, []);
    assert_eq!(counted(&shop, &scope, IssueKind::Mislabels).await, 0);
    let judged = scope.dataset().generation;
    let (scope, _) = shop.index().await;
    assert_eq!(scope.dataset().generation, judged, "nothing changed");
}

#[tokio::test]
async fn a_picture_of_both_training_and_test_is_told_with_its_copy_and_copies_in_one_are_not() {
    let shop = Workshop::new().await;
    for seed in 0..6 {
        shop.put(format!("train/{seed}.bmp"), &picture(seed));
    }
    shop.put("train/again.bmp", &picture(1));
    shop.put("test/9.bmp", &picture(3));
    shop.put("test/10.bmp", &picture(10));
    let (scope, _) = shop.index().await;
    for (one, other) in [("train/3.bmp", "test/9.bmp"), ("test/9.bmp", "train/3.bmp")] {
        let media = media_at(&shop, &scope, one).await;
        let told = issues(&shop, &scope, media, IssueKind::Leakage).await;
        assert_eq!(told.len(), 1, "{one}: {told:?}");
        assert_eq!(told[0].description, other);
    }
    assert_eq!(counted(&shop, &scope, IssueKind::Leakage).await, 2);
}

/// The groups of copies by path, whatever their order.
async fn groups(shop: &Workshop, scope: &DatasetScope) -> Vec<(String, Vec<String>)> {
    let found = shop
        .engine
        .copy_groups(scope, GroupsWanted::default(), 0, 100)
        .await
        .unwrap();
    let mut groups: Vec<(String, Vec<String>)> = found
        .groups
        .iter()
        .map(|group| {
            let others = group.others.iter();
            let mut others: Vec<_> = others.map(|(card, _)| card.path.to_string()).collect();
            others.sort();
            (group.keep.path.to_string(), others)
        })
        .collect();
    groups.sort();
    groups
}

#[tokio::test]
async fn a_set_that_grew_has_the_groups_of_one_indexed_at_once() {
    // Every third picture is a copy of one before it, byte for byte.
    let files: Vec<(String, Vec<u8>)> = (0..18)
        .map(|at| {
            let seed = if at % 3 == 2 { at / 2 } else { at + 50 };
            (format!("{at:02}.bmp"), picture(seed - seed % 2))
        })
        .collect();
    let put = |shop: &Workshop, some: &[(String, Vec<u8>)]| {
        for (path, bytes) in some {
            shop.put(path, bytes);
        }
    };
    let whole = Workshop::new().await;
    put(&whole, &files);
    let (scope, _) = whole.index().await;
    let wanted = groups(&whole, &scope).await;
    assert!(!wanted.is_empty());
    for first in [1, 7, 17] {
        let grown = Workshop::new().await;
        put(&grown, &files[..first]);
        grown.index().await;
        put(&grown, &files[first..]);
        let (scope, _) = grown.index().await;
        let found = groups(&grown, &scope).await;
        let kept = |groups: &[(String, Vec<String>)]| -> Vec<Vec<String>> {
            // Files put later are younger, so another of the same ones may be kept.
            let mut all: Vec<Vec<String>> = groups
                .iter()
                .map(|(keep, others)| {
                    let mut all = others.clone();
                    all.push(keep.clone());
                    all.sort();
                    all
                })
                .collect();
            all.sort();
            all
        };
        assert_eq!(kept(&found), kept(&wanted), "{first} first");
    }
}

/// All clusters of a level with what they are called and the picture that is shown first.
async fn clusters(shop: &Workshop, scope: &DatasetScope, level: u8) -> Vec<ClusterCard> {
    let scope = shop.scope_of(scope.id()).await;
    let level = ClusterLevel::new(level).unwrap();
    let page = shop
        .engine
        .cluster_cards(&scope, Wanted::default(), level, 0, 1000);
    page.await.unwrap().clusters
}

#[tokio::test]
async fn clusters_keep_their_ids_and_are_called_after_labels_when_a_tenth_of_new_pictures_comes() {
    let shop = Workshop::new().await;
    for own in 0..40 {
        shop.put(format!("{own:02}.bmp"), &of_class(own % 4, own));
    }
    let (scope, _) = shop.index().await;
    let mut first = Vec::new();
    for level in 0..5 {
        first.push(clusters(&shop, &scope, level).await);
    }
    for own in 0..40 {
        let media = media_at(&shop, &scope, &format!("{own:02}.bmp")).await;
        let name = format!("class {}", own % 4);
        label(&shop, &scope, vec![media], vec![MarkOp::AddLabel(name)]).await;
    }
    for own in 40..44 {
        shop.put(format!("{own:02}.bmp"), &of_class(own % 4, own));
    }
    shop.index().await;
    for (level, before) in (0..).zip(&first) {
        let after = clusters(&shop, &scope, level).await;
        let kept = before
            .iter()
            .filter(|old| after.iter().any(|new| new.id == old.id));
        let (kept, all) = (kept.count(), before.len());
        assert!(kept * 10 >= all * 9, "level {level}: {kept} of {all}");
        for cluster in after.iter().filter(|cluster| cluster.count > 4) {
            assert!(!cluster.name.is_empty(), "{cluster:?}");
            assert!(cluster.name.iter().all(|word| word.starts_with("class ")));
        }
    }
}
