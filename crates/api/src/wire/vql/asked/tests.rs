use lamina_engine::AnchorOf;
use lamina_model::{Pull, RegionUnit};
use serde_json::{Value, json};

use super::{Asked, AskedAnchor, read_region};
use crate::wire::vql::read_ranked;

fn anchors(vql: &Value) -> Vec<AskedAnchor> {
    match &read_ranked(&vql.to_string()).unwrap().1[..] {
        [Asked::Like { anchors, .. }] => anchors.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_region_is_in_pixels_or_in_fractions() {
    let unit = |value: Value| read_region(&value, &["box"]).map(|region| region.unit).ok();
    for pixels in [
        json!("0,0,2048,1536"),
        json!("0, 0, 1, 1"),
        json!([5, 6, 7, 8]),
        json!({"x": 0, "y": 0, "width": 20, "height": 10}),
        json!({"x": 0.1, "y": 0.2, "width": 1.2, "height": 1.6}),
    ] {
        assert_eq!(unit(pixels.clone()), Some(RegionUnit::Pixels), "{pixels}");
    }
    for fractions in [
        json!({"x": 0.1, "y": 0.2, "width": 0.5, "height": 0.6}),
        json!(r#"{"x":0,"y":0,"width":1,"height":1}"#),
        json!("0.1,0,0.5,1"),
        json!([0.25, 0, 1, 1]),
        // It reaches beyond the picture and is cut off there.
        json!({"x": 0.9, "y": 0.9, "width": 0.5, "height": 0.5}),
    ] {
        assert_eq!(
            unit(fractions.clone()),
            Some(RegionUnit::Fractions),
            "{fractions}"
        );
    }
    for wrong in [
        json!("0,0,1"),
        // A number above 1, so in pixels; and less than one of them wide or high.
        json!({"x": 0.1, "y": 0.2, "width": 1.2, "height": 0.6}),
        json!({"x": 0.9, "y": 1.5, "width": 0.1, "height": 0.1}),
        json!("0.5,0,0.5,1.5"),
        json!("0,0,1,x"),
        json!("0,0,0,5"),
        json!("-1,0,5,5"),
        json!("0,0,1,NaN"),
        json!({"x": 0, "y": 0, "width": 1}),
        json!([1, 2, 3, "4"]),
        json!(7),
        json!(""),
    ] {
        assert_eq!(unit(wrong.clone()), None, "{wrong}");
    }
}

#[test]
fn several_anchors_pull_towards_and_away() {
    let all = anchors(&json!([{"similarity": {
        "op": "media",
        "value": ["a", {"id": "b", "type": "UPLOAD"}, {"media_id": "c", "bounding_box": "1,2,3,4"}],
        "less_like": "d",
    }}]));
    let told: Vec<_> = all
        .iter()
        .map(|one| {
            (
                &one.wish.id[..],
                one.wish.of,
                one.wish.pull,
                one.wish.region.is_some(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("a", AnchorOf::Media, Pull::Towards, false),
            ("b", AnchorOf::Upload, Pull::Towards, false),
            ("c", AnchorOf::Media, Pull::Towards, true),
            ("d", AnchorOf::Media, Pull::Away, false),
        ]
    );
    assert_eq!(all[2].loc.join("."), "query.vql.0.similarity.value.2");
    assert_eq!(all[3].loc.join("."), "query.vql.0.similarity.less_like");
}

#[test]
fn one_picture_may_have_its_region_beside_it() {
    let all = anchors(&json!([{"similarity": {
        "op": "media", "value": "a", "bounding_box": {"x": 0, "y": 0, "width": 0.5, "height": 1},
    }}]));
    assert_eq!(all[0].wish.region.unwrap().unit, RegionUnit::Fractions);
}

#[test]
fn what_is_wrong_is_named_to_the_last_step() {
    for (wrong, loc) in [
        (json!({"op": "media"}), "0.similarity.value"),
        (json!({"op": "like", "value": "a"}), "0.similarity"),
        (
            json!({"op": "media", "value": ["a", 7]}),
            "0.similarity.value.1",
        ),
        (
            json!({"op": "media", "value": [{"type": "MEDIA"}]}),
            "0.similarity.value.0",
        ),
        (
            json!({"op": "media", "value": [{"id": "a", "type": "X"}]}),
            "0.similarity.value.0",
        ),
        (
            json!({"op": "media", "value": ["a"], "less_like": [{"id": "b", "bounding_box": "1,2"}]}),
            "0.similarity.less_like.0.bounding_box",
        ),
        (
            json!({"op": "media", "value": ["a", "b"], "bounding_box": "0,0,1,1"}),
            "0.similarity.bounding_box",
        ),
        (
            json!({"op": "media", "value": "a", "threshold": 3}),
            "0.similarity",
        ),
        (
            json!({"op": "media", "value": vec!["a"; 33]}),
            "0.similarity.value",
        ),
    ] {
        let problem = read_ranked(&json!([{"similarity": wrong}]).to_string()).unwrap_err();
        let told = problem.detail.in_words();
        assert!(
            told.starts_with(&format!("query.vql.{loc}: ")),
            "{wrong}: {told}"
        );
    }
}
