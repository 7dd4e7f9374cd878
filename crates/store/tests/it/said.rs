//! Labels, captions and boxes, as a source or people said them.

use lamina_model::{Caption, MarkOp, MarkSource, ObjectBox, PictureLabel, SourcePath};
use lamina_store::Said;

use crate::{
    marks::{set, step},
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
    world
        .store
        .set_annotations_seen(dataset, "hash", &warnings)
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
    world
        .store
        .set_labels_from_folders(dataset, true)
        .await
        .unwrap();
    assert!(
        world
            .store
            .dataset(dataset)
            .await
            .unwrap()
            .labels_from_folders
    );
}
