//! Plans for copies, and what people decide about single ones.

use std::{
    collections::BTreeSet,
    time::{Duration, SystemTime},
};

use lamina_engine::{
    Caller, DatasetScope, Engine, GroupsWanted, KeepBy, Order, Plan, PlanWish, Selection, Wanted,
};
use lamina_model::{DuplicateTier, MarkOp};
use lamina_testkit::Picture;

use crate::workshop::{Workshop, picture, run_to_end};

async fn plan(engine: &Engine, scope: &DatasetScope, rule: &[KeepBy]) -> Plan {
    let wish = PlanWish {
        rule: rule.to_vec(),
        ..PlanWish::default()
    };
    engine.copy_plan(scope, wish, 0, 100).await.unwrap()
}

/// The files that stay and those that go of the first group.
fn paths(plan: &Plan) -> (Vec<String>, Vec<String>) {
    let group = &plan.groups[0];
    let keep = group.keep.iter().map(|(card, _)| card.path.to_string());
    let remove = group.remove.iter().map(|(card, _)| card.path.to_string());
    let mut remove: Vec<_> = remove.collect();
    remove.sort();
    (keep.collect(), remove)
}

async fn shop() -> (Workshop, DatasetScope) {
    let shop = Workshop::new().await;
    let bytes = picture(1);
    for name in ["a/1.bmp", "b/1.bmp", "c/1.bmp"] {
        shop.put(name, &bytes);
    }
    shop.put("other.bmp", &picture(2));
    let (scope, _) = shop.index().await;
    (shop, scope)
}

#[tokio::test]
async fn a_rule_says_which_copy_stays_and_the_plan_counts_the_rest() {
    let (shop, scope) = shop().await;
    let below = |folder: &str| KeepBy::Folder(folder.to_owned());
    let by_folder = plan(&shop.engine, &scope, &[KeepBy::Largest, below("b")]).await;
    assert_eq!(
        paths(&by_folder),
        (
            vec!["b/1.bmp".to_owned()],
            vec!["a/1.bmp".to_owned(), "c/1.bmp".to_owned()]
        )
    );
    let size = picture(1).len() as u64;
    assert_eq!(
        (
            by_folder.all.groups,
            by_folder.all.pictures,
            by_folder.all.bytes
        ),
        (1, 2, 2 * size)
    );
    assert_eq!(by_folder.tiers[&DuplicateTier::SameBytes], by_folder.all);
    // A folder is no beginning of a name.
    let no_folder = plan(&shop.engine, &scope, &[below("b/1")]).await;
    let unruled = plan(&shop.engine, &scope, &[]).await;
    assert_eq!(paths(&no_folder), paths(&unruled));
    let groups = shop
        .engine
        .copy_groups(&scope, GroupsWanted::default(), 0, 10)
        .await
        .unwrap();
    assert_eq!(
        paths(&unruled).0,
        [groups.groups[0].keep.path.to_string()],
        "without a rule the analysis decides"
    );
}

/// Five files with the same pixels, each the best by one rule: `a.bmp` by none.
async fn different_files() -> (Workshop, DatasetScope) {
    let pixels = Picture::scene(1, 64, 64);
    let plain = pixels.bmp();
    aged(&[
        ("old.bmp", plain.clone()),
        ("a.bmp", plain.clone()),
        ("lossless.png", pixels.png()),
        ("heavy.bmp", [&plain, &b"behind the pixels"[..]].concat()),
        ("new.bmp", plain),
        ("other.bmp", Picture::scene(2, 64, 64).bmp()),
    ])
    .await
}

#[tokio::test]
async fn bytes_dates_and_formats_say_which_copy_stays_the_most_important_first() {
    use KeepBy::{Format, Heaviest, Largest, Newest, Oldest};
    let (shop, scope) = different_files().await;
    for (rule, stays) in [
        (&[Heaviest][..], "heavy.bmp"),
        (&[Oldest], "old.bmp"),
        (&[Newest], "new.bmp"),
        (&[Format], "lossless.png"),
        // All have as many pixels, so what comes behind decides; what comes first does elsewhere.
        (&[Largest, Oldest], "old.bmp"),
        (&[Largest, Newest, Heaviest], "new.bmp"),
        (&[Heaviest, Newest], "heavy.bmp"),
        (&[Format, Oldest], "lossless.png"),
    ] {
        let planned = plan(&shop.engine, &scope, rule).await;
        let groups = planned.groups.iter();
        let gone = groups.flat_map(|group| group.remove.iter().map(|(card, _)| card));
        let gone: BTreeSet<String> = gone.map(|card| card.path.to_string()).collect();
        let all = ["a.bmp", "heavy.bmp", "lossless.png", "new.bmp", "old.bmp"];
        let kept: Vec<_> = all
            .into_iter()
            .filter(|path| !gone.contains(*path))
            .collect();
        assert_eq!(kept, [stays], "{rule:?}");
        assert_eq!(planned.all.pictures, 4, "{rule:?}");
    }
}

#[tokio::test]
async fn tiers_and_likeness_narrow_a_plan() {
    let (shop, scope) = shop().await;
    let wish = PlanWish {
        tiers: BTreeSet::from([DuplicateTier::Mirrored]),
        ..PlanWish::default()
    };
    let none = shop.engine.copy_plan(&scope, wish, 0, 10).await.unwrap();
    assert_eq!((none.total, none.all.pictures), (0, 0));
    let all = PlanWish {
        least_likeness: 1.0,
        ..PlanWish::default()
    };
    let all = shop.engine.copy_plan(&scope, all, 0, 10).await.unwrap();
    assert_eq!(all.all.pictures, 2, "the same bytes are wholly alike");
}

/// Two files with the same bytes, and one with the same pixels and a few bytes more.
async fn family() -> (Workshop, DatasetScope) {
    let shop = Workshop::new().await;
    let bytes = picture(1);
    shop.put("a.bmp", &bytes);
    shop.put("b/a.bmp", &bytes);
    let longer = [bytes, b"behind the pixels".to_vec()].concat();
    shop.put("c/a.bmp", &longer);
    shop.put("other.bmp", &picture(2));
    let (scope, _) = shop.index().await;
    (shop, scope)
}

#[tokio::test]
async fn a_picture_in_groups_of_two_tiers_is_shown_in_both_and_told_of_all_its_copies() {
    let (shop, scope) = family().await;
    let engine = &shop.engine;
    let found = engine
        .copy_groups(&scope, GroupsWanted::default(), 0, 10)
        .await
        .unwrap();
    let shown: Vec<_> = found
        .groups
        .iter()
        .map(|group| (group.tier, group.others.len()))
        .collect();
    let both = [DuplicateTier::SameBytes, DuplicateTier::SamePixels].map(|tier| (tier, 1));
    assert_eq!(shown, both);
    let facets = engine.facets(&scope, Wanted::default()).await.unwrap();
    assert_eq!((facets.with_copies, facets.extra), (3, 2));
    let mut ids = std::collections::HashSet::new();
    for group in &found.groups {
        ids.insert(group.keep.media_id);
        ids.extend(group.others.iter().map(|(card, _)| card.media_id));
    }
    assert_eq!(ids.len(), 3);
    for id in ids {
        let details = engine.media_details(&scope, &id.to_string()).await.unwrap();
        let copies = details.copies.unwrap();
        assert_eq!(copies.others.len(), 2);
        assert_eq!(copies.tier, DuplicateTier::SamePixels);
    }
}

#[tokio::test]
async fn a_rule_keeps_one_of_a_family_and_not_one_of_each_group() {
    let (shop, scope) = family().await;
    for folder in ["b", "c"] {
        let rule = [KeepBy::Folder(folder.to_owned())];
        let planned = plan(&shop.engine, &scope, &rule).await;
        assert_eq!((planned.all.groups, planned.all.pictures), (2, 2));
        let mut gone: Vec<_> = planned
            .groups
            .iter()
            .flat_map(|group| group.remove.iter().map(|(card, _)| card.path.to_string()))
            .collect();
        gone.sort();
        let stays = format!("{folder}/a.bmp");
        let all = ["a.bmp", "b/a.bmp", "c/a.bmp"];
        assert_eq!(
            gone,
            all.into_iter()
                .filter(|path| **path != *stays)
                .collect::<Vec<_>>()
        );
    }
    let wish = PlanWish {
        tiers: BTreeSet::from([DuplicateTier::SamePixels]),
        rule: vec![KeepBy::Folder("b".to_owned())],
        ..PlanWish::default()
    };
    let of_pixels = shop.engine.copy_plan(&scope, wish, 0, 10).await.unwrap();
    assert_eq!(
        of_pixels.all.pictures, 1,
        "files with the same bytes are let be"
    );
}

/// Files with their pictures, each a second newer than the one before.
async fn aged(files: &[(&str, Vec<u8>)]) -> (Workshop, DatasetScope) {
    let shop = Workshop::new().await;
    for (seconds, (name, bytes)) in (1_000..).zip(files) {
        shop.put(name, bytes);
        let path = shop.source.path().join(name);
        let file = fs_err::OpenOptions::new().write(true).open(path).unwrap();
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        file.into_parts().0.set_modified(at).unwrap();
    }
    let (scope, _) = shop.index().await;
    (shop, scope)
}

#[tokio::test]
async fn what_a_group_of_another_tier_keeps_stays_in_a_plan_of_one_tier() {
    use DuplicateTier::{Edited, Mirrored};
    let plain = Picture::scene(7, 320, 240);
    let framed = Picture::from_fn(336, 256, |x, y| {
        let inside = (8..328).contains(&x) && (8..248).contains(&y);
        if inside {
            plain.pixel(x - 8, y - 8)
        } else {
            [250, 250, 250, 255]
        }
    });
    let (shop, scope) = aged(&[
        ("framed.png", framed.png()),
        ("plain.png", plain.png()),
        ("mirrored.png", plain.mirrored().png()),
    ])
    .await;
    // The framed one is no copy of the mirrored one; both are of the plain one.
    for (tiers, goes) in [
        (vec![Edited, Mirrored], vec!["mirrored.png"]),
        (vec![Edited], vec![]),
        (vec![Mirrored], vec!["mirrored.png"]),
    ] {
        let wish = PlanWish {
            tiers: tiers.iter().copied().collect(),
            rule: vec![KeepBy::Oldest],
            ..PlanWish::default()
        };
        let planned = shop.engine.copy_plan(&scope, wish, 0, 10).await.unwrap();
        assert_eq!(planned.groups.len(), tiers.len(), "{tiers:?}");
        let gone = planned.groups.iter().flat_map(|group| &group.remove);
        let gone: Vec<_> = gone.map(|(card, _)| card.path.to_string()).collect();
        assert_eq!(gone, goes, "{tiers:?}");
    }
}

#[tokio::test]
async fn tags_of_a_picture_that_goes_pass_to_the_one_that_stays_of_all() {
    let (shop, scope) = family().await;
    let engine = &shop.engine;
    let grid = async |wanted: Wanted| {
        let scope = shop.scope_of(scope.id()).await;
        let grid = engine
            .grid(&scope, wanted, Order::default(), 0, 10)
            .await
            .unwrap();
        let cards = grid.items.into_iter().map(|(card, ..)| card);
        cards
            .map(|card| (card.path.to_string(), card.media_id))
            .collect::<Vec<_>>()
    };
    let all = grid(Wanted::default()).await;
    let first = all.iter().find(|(path, _)| path == "a.bmp").unwrap().1;
    let starred = engine
        .create_tag(&Caller::Local, &scope, "starred")
        .await
        .unwrap();
    let op = vec![MarkOp::AddTag(starred.id)];
    engine
        .change_marks(&Caller::Local, &scope, Selection::Media([first].into()), op)
        .await
        .unwrap();
    let wish = PlanWish {
        rule: vec![
            KeepBy::Folder("c".to_owned()),
            KeepBy::Folder("b".to_owned()),
        ],
        ..PlanWish::default()
    };
    let scope = shop.scope_of(scope.id()).await;
    let applied = engine
        .resolve_copies(&Caller::Local, &scope, wish, "Remove")
        .await
        .unwrap();
    run_to_end(engine, applied.job.unwrap()).await;
    let starred = Wanted {
        tags: [starred.id].into(),
        ..Wanted::default()
    };
    let paths: Vec<_> = grid(starred)
        .await
        .into_iter()
        .map(|(path, _)| path)
        .collect();
    assert_eq!(paths, ["a.bmp", "c/a.bmp"]);
}

#[tokio::test]
async fn what_a_person_keeps_stays_through_every_rule_and_the_next_indexing() {
    let (shop, scope) = shop().await;
    let groups = shop
        .engine
        .copy_groups(&scope, GroupsWanted::default(), 0, 10)
        .await
        .unwrap();
    let group = &groups.groups[0];
    let going = group.others[0].0.clone();
    let id = going.media_id.to_string();
    let decide = async |keep: &[String], free: &[String]| {
        shop.engine
            .decide_copies(&Caller::Local, &scope, keep, free)
            .await
    };
    decide(std::slice::from_ref(&id), &[]).await.unwrap();
    let decided = plan(&shop.engine, &scope, &[]).await;
    assert_eq!(decided.groups[0].keep, [(going.clone(), true)]);
    assert_eq!(decided.all.pictures, 2);

    shop.put("new.bmp", &picture(3));
    let (scope, _) = shop.index().await;
    let later = plan(&shop.engine, &scope, &[KeepBy::Newest]).await;
    assert_eq!(later.groups[0].keep, [(going, true)]);

    // Where all are kept the group is listed and nothing goes.
    let all: Vec<String> = std::iter::once(&group.keep)
        .chain(group.others.iter().map(|(card, _)| card))
        .map(|card| card.media_id.to_string())
        .collect();
    decide(&all, &[]).await.unwrap();
    let whole = plan(&shop.engine, &scope, &[]).await;
    assert_eq!(
        (whole.total, whole.all.groups, whole.all.pictures),
        (1, 0, 0)
    );
    decide(&[], &all).await.unwrap();
    assert_eq!(plan(&shop.engine, &scope, &[]).await.all.pictures, 2);
    let wrong = decide(&["x".to_owned()], &[]).await.unwrap_err();
    assert_eq!(wrong.code(), "invalid_media_id");
}

#[tokio::test]
async fn applying_a_plan_tags_what_goes_moves_tags_to_what_stays_and_can_be_taken_back() {
    let (shop, scope) = shop().await;
    let engine = &shop.engine;
    let id = async |path: &str| {
        let grid = engine
            .grid(&scope, Wanted::default(), Order::default(), 0, 10)
            .await
            .unwrap();
        let found = grid
            .items
            .iter()
            .find(|(card, ..)| card.path.to_string() == path);
        found.unwrap().0.media_id
    };
    let starred = engine
        .create_tag(&Caller::Local, &scope, "starred")
        .await
        .unwrap();
    let going = Selection::Media([id("c/1.bmp").await].into());
    let op = vec![MarkOp::AddTag(starred.id)];
    engine
        .change_marks(&Caller::Local, &scope, going, op)
        .await
        .unwrap();

    let plan = PlanWish {
        rule: vec![KeepBy::Folder("b".to_owned())],
        ..PlanWish::default()
    };
    let scope = shop.scope_of(scope.id()).await;
    let applied = engine
        .resolve_copies(&Caller::Local, &scope, plan.clone(), "Remove")
        .await
        .unwrap();
    run_to_end(engine, applied.job.unwrap()).await;
    let bearing = async |name: &str| -> Vec<String> {
        let scope = shop.scope_of(scope.id()).await;
        let tags = engine.tags(&scope).await.unwrap();
        let Some(tag) = tags.iter().find(|one| one.tag.name == name) else {
            return Vec::new();
        };
        let wanted = Wanted {
            tags: [tag.tag.id].into(),
            ..Wanted::default()
        };
        let grid = engine
            .grid(&scope, wanted, Order::default(), 0, 10)
            .await
            .unwrap();
        grid.items
            .iter()
            .map(|(card, ..)| card.path.to_string())
            .collect()
    };
    assert_eq!(bearing("Remove").await, ["a/1.bmp", "c/1.bmp"]);
    assert_eq!(bearing("starred").await, ["b/1.bmp", "c/1.bmp"]);

    // The same again finds the tag by another case, and changes nothing more.
    let again = engine
        .resolve_copies(&Caller::Local, &scope, plan, "remove")
        .await
        .unwrap();
    run_to_end(engine, again.job.unwrap()).await;
    let again = again.change.id.to_string();
    let changes = engine.changes(&scope, 10).await.unwrap();
    let second = changes
        .iter()
        .find(|change| change.id.to_string() == again)
        .unwrap();
    assert_eq!((second.added, second.removed), (0, 0));

    let undone = engine
        .undo_change(&Caller::Local, &scope, &applied.change.id.to_string())
        .await
        .unwrap();
    if let Some(job) = undone.job {
        run_to_end(engine, job).await;
    }
    assert!(bearing("Remove").await.is_empty());
    assert_eq!(bearing("starred").await, ["c/1.bmp"]);

    let nothing = PlanWish {
        tiers: BTreeSet::from([DuplicateTier::Mirrored]),
        ..PlanWish::default()
    };
    let refused = engine
        .resolve_copies(&Caller::Local, &scope, nothing, "remove")
        .await;
    assert_eq!(refused.unwrap_err().code(), "nothing_goes");
}
