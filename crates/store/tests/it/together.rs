//! What many pictures bear, asked for together.

use lamina_model::{
    Caption, DatasetId, FieldKind, FieldValue, MarkSource, MediaId, ObjectBox, PictureLabel,
    Progress, Tag,
};
use lamina_store::{Checkpoint, FieldRowValues, Said, SaidTag};

use crate::{
    fields::{choice, field},
    marks::set,
    world::World,
};

/// More than one statement is about.
const PICTURES: u8 = 230;

/// Something of every kind for pictures at all places but every seventh.
fn say(world: &World, media: &[MediaId], tags: [&Tag; 2]) -> Said {
    let mut said = Said::default();
    for (at, media_id) in media.iter().copied().enumerate() {
        if at % 7 == 0 {
            continue;
        }
        let source = MarkSource::Annotation;
        for label in ["b", "a"] {
            said.labels.push(PictureLabel {
                media_id,
                label: label.to_owned(),
                source,
            });
        }
        for position in [1, 0] {
            said.captions.push(Caption {
                media_id,
                position,
                caption: format!("{at} {position}"),
                source,
            });
        }
        for number in 0..at % 3 {
            said.objects.push(ObjectBox {
                id: world.object_id(),
                media_id,
                label: format!("box {number}"),
                source,
                x_px: 1,
                y_px: 2,
                width_px: 3,
                height_px: 4,
                original_id: -1,
            });
        }
        said.tags.push(SaidTag {
            media_id,
            tag: tags[at % 2].id,
            at: world.now(),
        });
    }
    said
}

pub(crate) async fn many_pictures_are_told_of_as_each_is_by_itself(world: &World) {
    let store = &world.store;
    let (dataset, _, one, other) = set(world).await;
    let hidden = world.tag("hidden");
    store.insert_tag(dataset, &hidden).await.unwrap();
    let paths: Vec<String> = (0..PICTURES).map(|at| format!("many/{at:03}")).collect();
    let paths: Vec<&[u8]> = paths.iter().map(String::as_bytes).collect();
    let media = world.index(dataset, &paths).await;
    let mut said = say(world, &media, [&one, &other]);
    said.tags.push(SaidTag {
        media_id: media[1],
        tag: hidden.id,
        at: world.now(),
    });
    store.keep_said(dataset, &said).await.unwrap();
    store
        .hide_tag(dataset, hidden.id, world.now())
        .await
        .unwrap();
    give_values(world, dataset, &media).await;

    // In an order of their own, and none of them twice.
    let mut asked = media.clone();
    asked.reverse();
    let mut labels = store.labels_of_all(dataset, &asked).await.unwrap();
    let mut captions = store.captions_of_all(dataset, &asked).await.unwrap();
    let mut objects = store.objects_of_all(dataset, &asked).await.unwrap();
    let tags = store.tags_of_all(dataset, &asked).await.unwrap();
    let values = store.field_values_of_all(dataset, &asked).await.unwrap();
    // Pictures come in any order, what one bears in its own.
    labels.sort_by_key(|one| one.media_id);
    captions.sort_by_key(|one| one.media_id);
    objects.sort_by_key(|one| one.media_id);
    told_is_said(said, &labels, &captions, &objects);
    let tagged: Vec<_> = tags.iter().map(|(media, tag)| (*media, tag.id)).collect();
    assert_eq!(tagged.len(), tagged_by(&media).len());
    for (media, number) in tagged_by(&media) {
        assert!(tagged.contains(&(media, [one.id, other.id][number])));
    }
    let mut valued: Vec<_> = values.iter().map(|(media, _)| *media).collect();
    valued.sort();
    let mut every_second: Vec<_> = media.iter().copied().step_by(2).collect();
    every_second.sort();
    assert_eq!(valued, every_second);
    assert!(values.iter().all(|(_, value)| value.values.len() == 2));
    for id in media {
        let of: Vec<_> = labels
            .iter()
            .filter(|one| one.media_id == id)
            .cloned()
            .collect();
        assert_eq!(of, store.labels_of(dataset, id).await.unwrap());
        let of: Vec<_> = captions
            .iter()
            .filter(|one| one.media_id == id)
            .cloned()
            .collect();
        assert_eq!(of, store.captions_of(dataset, id).await.unwrap());
        let of: Vec<_> = objects
            .iter()
            .filter(|one| one.media_id == id)
            .cloned()
            .collect();
        assert_eq!(of, store.objects_of(dataset, id).await.unwrap());
        let of = tags
            .iter()
            .filter(|one| one.0 == id)
            .map(|one| one.1.clone());
        let of: Vec<Tag> = of.collect();
        assert_eq!(of, store.tags_of(dataset, id).await.unwrap());
        let of = values
            .iter()
            .filter(|one| one.0 == id)
            .map(|one| one.1.clone());
        let of: Vec<FieldValue> = of.collect();
        assert_eq!(of, store.field_values_of(dataset, id).await.unwrap());
    }
    assert_eq!(store.labels_of_all(dataset, &[]).await.unwrap(), []);
    let elsewhere = world.dataset("/elsewhere").await.0.id;
    assert_eq!(store.labels_of_all(elsewhere, &asked).await.unwrap(), []);
}

/// Which pictures [`say`] tags, with the number of the tag.
fn tagged_by(media: &[MediaId]) -> Vec<(MediaId, usize)> {
    let all = media.iter().copied().enumerate();
    let some = all.filter(|(at, _)| at % 7 != 0);
    some.map(|(at, media)| (media, at % 2)).collect()
}

fn told_is_said(
    mut said: Said,
    labels: &[PictureLabel],
    captions: &[Caption],
    objects: &[ObjectBox],
) {
    said.labels
        .sort_by_key(|one| (one.media_id, one.label.clone()));
    said.captions
        .sort_by_key(|one| (one.media_id, one.position));
    said.objects.sort_by_key(|one| (one.media_id, one.id));
    assert_eq!(labels, said.labels);
    assert_eq!(captions, said.captions);
    assert_eq!(objects, said.objects);
}

/// Two values of one field for every second picture.
async fn give_values(world: &World, dataset: DatasetId, media: &[MediaId]) {
    let store = &world.store;
    let weather = field(world, "weather", FieldKind::Enum);
    store.insert_field(dataset, &weather).await.unwrap();
    let (_, lease) = world.claim("one").await.unwrap();
    let checkpoint = Checkpoint {
        lease,
        progress: Progress::WAITING,
        progress_percent: 0,
    };
    let rows = media.iter().step_by(2).zip(0..);
    let rows: Vec<FieldRowValues> = rows
        .map(|(media_id, row_index)| FieldRowValues {
            media_id: *media_id,
            row_index,
            values: vec![choice("é"), choice("one, \"1\"")],
        })
        .collect();
    let kept = store.keep_values(dataset, weather.id, &rows, &checkpoint);
    assert_eq!(kept.await.unwrap(), []);
    let ended = store.end_field(dataset, weather.id, (rows.len() as u64, 0), &[]);
    ended.await.unwrap();
}
