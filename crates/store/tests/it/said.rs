//! Labels, captions and boxes, as a source or people said them.

use std::{collections::BTreeMap, sync::Arc};

use lamina_model::{
    AnnotationFault, AnnotationFile, AnnotationFormat, AnnotationProblem, Caption, DatasetId,
    MarkOp, MarkSource, MediaId, ObjectBox, PictureLabel, SourcePath,
};
use lamina_store::{AnnotationWishes, AnnotationsRead, Error, Said, SaidTag, StepMark};
use tokio::task::JoinSet;

use crate::{
    marks::{rows, set, step, undo},
    world::World,
};

pub(crate) async fn labels_captions_and_boxes_are_read_back_as_they_were_told(world: &World) {
    let (dataset, media, ..) = set(world).await;
    let label = |at: usize, label: &str| PictureLabel {
        media_id: media[at],
        label: label.to_owned(),
        source: MarkSource::Annotation,
    };
    let caption = |at: usize, position, caption: &str| Caption {
        media_id: media[at],
        position,
        caption: caption.to_owned(),
        source: MarkSource::Annotation,
    };
    let object = ObjectBox {
        id: world.object_id(),
        media_id: media[1],
        label: "boat".to_owned(),
        source: MarkSource::Annotation,
        x_px: -3,
        y_px: 7,
        width_px: 1,
        height_px: 4000,
        original_id: 12,
    };
    let said = Said {
        labels: vec![label(0, "b"), label(0, "a"), label(2, "a"), label(2, "a")],
        captions: vec![
            caption(1, 1, "two\0"),
            caption(1, 0, "one"),
            caption(2, 0, "x"),
        ],
        objects: vec![object.clone()],
        ..Said::default()
    };
    world.store.keep_said(dataset, &said).await.unwrap();
    let all = world.store.labels_after(dataset, None, 1).await.unwrap();
    assert_eq!(all, [label(0, "a"), label(0, "b")], "never cut");
    let rest = world
        .store
        .labels_after(dataset, Some(media[0]), 9)
        .await
        .unwrap();
    assert_eq!(rest, [label(2, "a")]);
    assert_eq!(
        world.store.captions_of(dataset, media[1]).await.unwrap(),
        [caption(1, 0, "one"), caption(1, 1, "two\u{fffd}")]
    );
    assert_eq!(
        world
            .store
            .captions_after(dataset, Some(media[1]), 9)
            .await
            .unwrap(),
        [caption(2, 0, "x")]
    );
    assert_eq!(
        world.store.objects_of(dataset, media[1]).await.unwrap(),
        [object]
    );
    assert_eq!(world.store.object_count(dataset).await.unwrap(), 1);
    let here = world
        .store
        .media_at(dataset, &SourcePath::from_bytes("c/d"))
        .await
        .unwrap();
    assert_eq!(here, Some(media[2]));
    let nowhere = world
        .store
        .media_at(dataset, &SourcePath::from_bytes("c"))
        .await
        .unwrap();
    assert_eq!(nowhere, None);
}

pub(crate) async fn what_a_source_said_is_forgotten_save_what_people_said(world: &World) {
    let (dataset, media, ..) = set(world).await;
    let label = |label: &str, source| PictureLabel {
        media_id: media[0],
        label: label.to_owned(),
        source,
    };
    let said = Said {
        labels: vec![
            label("file", MarkSource::Annotation),
            label("folder", MarkSource::Folder),
        ],
        ..Said::default()
    };
    world.store.keep_said(dataset, &said).await.unwrap();
    step(
        world,
        dataset,
        &world.change("c"),
        &[MarkOp::AddLabel("mine".to_owned())],
        &media[..1],
    )
    .await;
    world
        .store
        .forget_said(dataset, MarkSource::Annotation)
        .await
        .unwrap();
    let left = world.store.labels_of(dataset, media[0]).await.unwrap();
    assert_eq!(
        left,
        [
            label("folder", MarkSource::Folder),
            label("mine", MarkSource::User)
        ]
    );
    assert_eq!(world.store.annotations_seen(dataset).await.unwrap(), None);
    let warnings = ["odd".to_owned()];
    let told = AnnotationsRead {
        seen: "hash".to_owned(),
        warnings: warnings.to_vec(),
        ..AnnotationsRead::default()
    };
    world
        .store
        .keep_annotations_read(dataset, &told, world.at(9))
        .await
        .unwrap();
    assert_eq!(
        world
            .store
            .annotations_seen(dataset)
            .await
            .unwrap()
            .as_deref(),
        Some("hash")
    );
    assert_eq!(
        world.store.annotation_warnings(dataset).await.unwrap(),
        warnings
    );
}

pub(crate) async fn wishes_for_annotations_add_up_and_are_wanted_until_they_were_read(
    world: &World,
) {
    let (dataset, ..) = set(world).await;
    let store = &world.store;
    let change = async |add: &[&str], remove: &[&str], folders| {
        let owned = |files: &[&str]| files.iter().map(|file| (*file).to_owned()).collect();
        let wishes = AnnotationWishes {
            add: owned(add),
            remove: owned(remove),
            labels_from_folders: folders,
        };
        store.change_annotation_wishes(dataset, &wishes).await
    };
    let read = async || {
        let now = store.dataset(dataset).await.unwrap();
        AnnotationsRead {
            seen: "seen".to_owned(),
            named: now.annotation_files,
            labels_from_folders: now.labels_from_folders,
            ..AnnotationsRead::default()
        }
    };
    let keep = async |told: &AnnotationsRead| {
        let kept = store.keep_annotations_read(dataset, told, world.now());
        kept.await.unwrap();
        store.annotations_wanted(dataset).await.unwrap()
    };
    assert!(!store.annotations_wanted(dataset).await.unwrap());
    change(&["/a"], &[], None).await.unwrap();
    assert!(store.annotations_wanted(dataset).await.unwrap());
    // Of many who name a file at once, none is lost.
    all_at_once(store, dataset, 8).join_all().await;
    assert_eq!(
        store.dataset(dataset).await.unwrap().annotation_files.len(),
        9
    );
    let told = read().await;
    assert!(!keep(&told).await, "all were read");
    change(&["/a"], &["/never"], Some(false)).await.unwrap();
    assert!(
        !store.annotations_wanted(dataset).await.unwrap(),
        "nothing new"
    );
    // What is wished for while the files are read is still wanted afterwards.
    change(&["/b"], &["/a"], None).await.unwrap();
    assert!(keep(&told).await);
    assert!(!keep(&read().await).await);
    let told = read().await;
    change(&[], &[], Some(true)).await.unwrap();
    assert!(keep(&told).await);
    let now = store.dataset(dataset).await.unwrap();
    assert!(now.labels_from_folders);
    assert!(now.annotation_files.contains(&"/b".to_owned()));
    assert!(!now.annotation_files.contains(&"/a".to_owned()));
    let many: Vec<String> = (0..1000).map(|at| format!("/many/{at}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let refused = change(&many, &[], None).await;
    assert!(matches!(refused, Err(Error::TooMany { .. })), "{refused:?}");
    // As many, and no more, where a dataset is made.
    let mut next = now.clone();
    for (files, allowed) in [(1000, true), (1001, false)] {
        next.id = world.dataset_id();
        next.annotation_files = (0..files).map(|at| format!("/many/{at}")).collect();
        let made = store.insert_dataset(&next).await;
        assert_eq!(made.is_ok(), allowed, "{files}: {made:?}");
    }
}

/// Wishes for one file each, all under way at once.
fn all_at_once(store: &lamina_store::Store, dataset: DatasetId, count: usize) -> JoinSet<()> {
    let mut running = JoinSet::new();
    for at in 0..count {
        let store = store.clone();
        running.spawn(async move {
            let wishes = AnnotationWishes {
                add: vec![format!("/file {at}")],
                ..AnnotationWishes::default()
            };
            let changed = store.change_annotation_wishes(dataset, &wishes);
            changed.await.unwrap();
        });
    }
    running
}

pub(crate) async fn what_people_took_off_is_not_put_back_by_a_file(world: &World) {
    let (dataset, media, ..) = set(world).await;
    let said = Said {
        labels: ["cat", "dog"]
            .map(|label| PictureLabel {
                media_id: media[0],
                label: label.to_owned(),
                source: MarkSource::Annotation,
            })
            .to_vec(),
        ..Said::default()
    };
    world.store.keep_said(dataset, &said).await.unwrap();
    let off = [MarkOp::RemoveLabel("cat".to_owned())];
    step(world, dataset, &world.change("c"), &off, &media[..1]).await;
    world
        .store
        .forget_said(dataset, MarkSource::Annotation)
        .await
        .unwrap();
    world.store.keep_said(dataset, &said).await.unwrap();
    let left = world.store.labels_of(dataset, media[0]).await.unwrap();
    let left: Vec<_> = left.iter().map(|one| one.label.as_str()).collect();
    assert_eq!(left, ["dog"]);
    // Neither are tags; those that no person touched stay as the file has them.
    let tag = world.tag("to check");
    world.store.insert_tag(dataset, &tag).await.unwrap();
    let tagged = Said {
        tags: media[..2]
            .iter()
            .map(|media_id| SaidTag {
                media_id: *media_id,
                tag: tag.id,
                at: world.at(1),
            })
            .collect(),
        ..Said::default()
    };
    world.store.keep_said(dataset, &tagged).await.unwrap();
    let off = [MarkOp::RemoveTag(tag.id)];
    step(world, dataset, &world.change("d"), &off, &media[..1]).await;
    world.store.keep_said(dataset, &tagged).await.unwrap();
    let bearers = world.store.media_with_tag(dataset, tag.id, None, 9).await;
    assert_eq!(bearers.unwrap(), media[1..2]);
}

pub(crate) async fn boxes_are_listed_picture_by_picture_and_found_by_their_ids(world: &World) {
    let (dataset, media, ..) = set(world).await;
    let object = |at: usize| ObjectBox {
        id: world.object_id(),
        media_id: media[at],
        label: "boat".to_owned(),
        source: MarkSource::Annotation,
        x_px: 1,
        y_px: 2,
        width_px: 3,
        height_px: 4,
        original_id: -1,
    };
    let mut boxes = vec![object(2), object(0), object(2), object(1)];
    let said = Said {
        objects: boxes.clone(),
        ..Said::default()
    };
    world.store.keep_said(dataset, &said).await.unwrap();
    // Told twice, they stand once.
    world.store.keep_said(dataset, &said).await.unwrap();
    boxes.sort_by_key(|one| (one.media_id, one.id));
    let mut listed = Vec::new();
    loop {
        let last = listed.last().map(|one: &ObjectBox| (one.media_id, one.id));
        let page = world.store.objects_after(dataset, last, 2).await.unwrap();
        if page.is_empty() {
            break;
        }
        listed.extend(page);
    }
    assert_eq!(listed, boxes);
    let one = world.store.object(dataset, boxes[3].id).await.unwrap();
    assert_eq!(one, boxes[3]);
    let nothing = world.store.object(dataset, world.object_id()).await;
    assert!(matches!(nothing, Err(Error::NotFound { what: "object" })));
}

pub(crate) async fn what_came_of_annotation_files_is_told_and_forgotten(world: &World) {
    let (dataset, media, ..) = set(world).await;
    let object = ObjectBox {
        id: world.object_id(),
        media_id: media[0],
        label: "boat".to_owned(),
        source: MarkSource::Annotation,
        x_px: 0,
        y_px: 0,
        width_px: 1,
        height_px: 1,
        original_id: -1,
    };
    let said = Said {
        objects: vec![object],
        ..Said::default()
    };
    world.store.keep_said(dataset, &said).await.unwrap();
    let file = |path: &str| AnnotationFile {
        path: path.to_owned(),
        format: AnnotationFormat::Coco,
        rows: 9,
        labels: 1,
        captions: 2,
        boxes: 3,
        faults: BTreeMap::from([(AnnotationFault::NoSuchPicture, 3)]),
    };
    let problem = |file: &str, line| AnnotationProblem {
        file: file.to_owned(),
        line,
        fault: AnnotationFault::NoSuchPicture,
        note: "no\0".to_owned(),
    };
    let read = AnnotationsRead {
        seen: "x".to_owned(),
        files: vec![file("a.json"), file("b.json")],
        ..AnnotationsRead::default()
    };
    let store = &world.store;
    let keep = async |position, first, problems: &[AnnotationProblem]| {
        store
            .keep_annotation_problems(dataset, position, first, problems)
            .await
            .unwrap();
    };
    keep(0, 0, &[problem("", 7), problem("", 5)]).await;
    keep(1, 0, &[problem("", 1)]).await;
    keep(0, 2, &[problem("", 9)]).await;
    store
        .keep_annotations_read(dataset, &read, world.at(9))
        .await
        .unwrap();
    assert_eq!(store.annotation_files(dataset).await.unwrap(), read.files);
    assert_eq!(store.dataset(dataset).await.unwrap().object_count, 1);
    let (mut told, mut cursor) = (Vec::new(), None);
    loop {
        let page = store
            .annotation_problems(dataset, cursor.as_ref(), 2)
            .await
            .unwrap();
        told.extend(page.items.into_iter().map(|one| (one.file, one.line)));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    let expected = [("a.json", 7), ("a.json", 5), ("a.json", 9), ("b.json", 1)];
    assert_eq!(told, expected.map(|(file, line)| (file.to_owned(), line)));
    store.forget_annotations_read(dataset).await.unwrap();
    assert_eq!(store.annotations_seen(dataset).await.unwrap(), None);
    assert!(store.annotation_files(dataset).await.unwrap().is_empty());
    let page = store.annotation_problems(dataset, None, 9).await.unwrap();
    assert!(page.items.is_empty());
}

async fn captions(world: &World, dataset: DatasetId, media: MediaId) -> Vec<(String, MarkSource)> {
    let found = world.store.captions_of(dataset, media).await.unwrap();
    let found = found.into_iter().zip(0..);
    found
        .map(|(one, position)| {
            assert_eq!(one.position, position);
            (one.caption, one.source)
        })
        .collect()
}

pub(crate) async fn a_caption_takes_the_place_of_all_and_is_taken_back_whole(world: &World) {
    let (dataset, media, ..) = set(world).await;
    let told = |caption: &str| (caption.to_owned(), MarkSource::Annotation);
    let file = Said {
        captions: (0..)
            .zip(["one", "two"])
            .map(|(position, caption)| Caption {
                media_id: media[0],
                position,
                caption: caption.to_owned(),
                source: MarkSource::Annotation,
            })
            .collect(),
        ..Said::default()
    };
    world.store.keep_said(dataset, &file).await.unwrap();
    // So long that no index could hold it as a key.
    let long = "x".repeat(9000);
    let set_it = [MarkOp::SetCaption(long.clone())];
    let made = step(world, dataset, &world.change("a"), &set_it, &media[..2]).await;
    assert_eq!((made.added, made.removed), (2, 2));
    let mine = [(long.clone(), MarkSource::User)];
    assert_eq!(captions(world, dataset, media[0]).await, mine);
    let again = step(world, dataset, &world.change("b"), &set_it, &media[..2]).await;
    assert_eq!((again.added, again.removed), (0, 0), "it is so already");
    // Files do not speak of these pictures any more.
    world
        .store
        .forget_said(dataset, MarkSource::Annotation)
        .await
        .unwrap();
    world.store.keep_said(dataset, &file).await.unwrap();
    assert_eq!(captions(world, dataset, media[0]).await, mine);
    let off = [MarkOp::RemoveCaptions];
    let gone = step(world, dataset, &world.change("c"), &off, &media[1..]).await;
    assert_eq!((gone.added, gone.removed), (0, 1));
    // Undone: the first has both back, the second was changed since.
    let back = undo(world, dataset, made.version).await;
    assert_eq!((back.added, back.removed), (2, 1));
    assert_eq!(
        captions(world, dataset, media[0]).await,
        [told("one"), told("two")]
    );
    assert_eq!(captions(world, dataset, media[1]).await, []);
    undo(world, dataset, gone.version).await;
    assert_eq!(captions(world, dataset, media[1]).await, mine);
    undo(world, dataset, back.version).await;
    assert_eq!(captions(world, dataset, media[0]).await, mine);
    let steps = rows(world, dataset, 0, back.version).await;
    let of_first: Vec<_> = steps
        .into_iter()
        .filter(|row| row.media == media[0])
        .collect();
    let texts = |texts: &[&str]| {
        texts
            .iter()
            .map(|text| (*text).to_owned())
            .collect::<Arc<[String]>>()
    };
    assert_eq!(
        of_first
            .iter()
            .map(|row| row.mark.clone())
            .collect::<Vec<_>>(),
        [
            StepMark::Captions {
                before: texts(&["one", "two"]),
                after: texts(&[&long]),
            },
            StepMark::Captions {
                before: texts(&[&long]),
                after: texts(&["one", "two"]),
            },
        ]
    );
}
